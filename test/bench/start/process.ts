import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface Process {
  readonly firstLine: string
  residentMebibytes(): number
  end(): Promise<void>
}

/** Starts `node <command>` with only these settings, and waits for its first line. */
export async function launch(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Process> {
  const path = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    env: { ...path, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([
    once(lines, 'line'),
    exited.then(([code]) => new Error(`ended with ${code}`)),
  ])
  if (first instanceof Error) throw first
  return {
    firstLine: `${first[0]}\n`,
    residentMebibytes: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024
    },
    end: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}
