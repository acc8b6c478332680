/** Telemetry: what the operator sees. Keeps S5. */
import { type DestinationStream, type Logger, pino } from 'pino'

/** Anything under these names is hidden, wherever a log line carries it (rule S5). */
const SECRET_PATHS = [
  'token',
  '*.token',
  'apiKey',
  '*.apiKey',
  'authorization',
  '*.authorization',
  'text',
  '*.text',
]

/** One JSON object a line, on standard error by default: ids, lengths and durations; never message text. */
export const createLog = (level: string, to: DestinationStream = standardError()): Logger =>
  pino({ level, base: null, redact: { paths: SECRET_PATHS, censor: '[hidden]' } }, to)

/** Synchronous, so that the last line before a crash is written. */
const standardError = (): DestinationStream => pino.destination({ fd: 2, sync: true })
