import { type Logger, pino } from 'pino'

/** A logger that a test can read. */
export function recordingLog(): {
  readonly log: Logger
  readonly lines: () => readonly Record<string, unknown>[]
} {
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'debug', base: null },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  )
  return { log, lines: () => lines }
}

export const quietLog: Logger = pino({ level: 'silent' })
