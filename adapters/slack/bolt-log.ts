import { type Logger as BoltLogger, LogLevel } from '@slack/bolt'
import type { Logger } from 'pino'
import { reasonOf } from '#core/errors.ts'

/** Slack says it with every sign; `sign.ts` says it once, and what to do. */
const TOLD = 'missing_agent_session_stopped_event_subscription'

/**
 * Bolt's log in ours. Bolt writes whole requests, texts included, at debug: there they stay (rule S5). Above debug
 * only words go through, since errors and bodies carry requests with them.
 */
export function boltLog(log: Logger): BoltLogger {
  const words = (said: readonly unknown[]): string =>
    said
      .filter((part) => typeof part === 'string' || part instanceof Error)
      .map(reasonOf)
      .join(' ')
  return {
    debug: (...said) => log.debug(words(said)),
    // Bolt's own chatter about connections is of no use to an operator.
    info: (...said) => log.debug(words(said)),
    warn: (...said) => (said[0] === TOLD ? log.debug(TOLD) : log.warn(words(said))),
    error: (...said) => log.error(words(said)),
    getLevel: () => (log.isLevelEnabled('debug') ? LogLevel.DEBUG : LogLevel.INFO),
    // Levels are Parley's own, set where its log is made.
    setLevel: () => {},
    setName: () => {},
  }
}
