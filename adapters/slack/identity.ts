import { WebClient, type WebClientOptions } from '@slack/web-api'
import type { Logger } from 'pino'
import { PlatformError } from '#core/errors.ts'
import { calling } from './api.ts'
import type { Self } from './inbound.ts'

/** Bot scopes that Parley uses; `config/slack-manifest.json` asks for the same. */
export const SCOPES = [
  'app_mentions:read',
  'assistant:write',
  'channels:history',
  'chat:write',
  'commands',
  'files:write',
  'groups:history',
  'im:history',
  'im:write',
  'mpim:history',
  'reactions:read',
  'users:read',
] as const

/**
 * Who we are, by our token.
 * @throws SlackCallError when Slack refuses or does not answer; PlatformError when the token is not a bot's.
 */
export async function identify(token: string, options: WebClientOptions, log: Logger): Promise<Self> {
  const client = new WebClient(token, {
    ...options,
    // A start may be tried again by its caller: fail soon and say why.
    retryConfig: { retries: 1, minTimeout: 200, maxTimeout: 200 },
    rejectRateLimitedCalls: true,
  })
  const answer = await calling('auth.test', () => client.auth.test())
  const { team_id: team, user_id: user, bot_id: bot } = answer
  if (team === undefined || user === undefined || bot === undefined) {
    throw new PlatformError({
      platform: 'slack',
      method: 'auth.test',
      code: 'not_a_bot',
      fix: 'Use the Bot User OAuth Token (xoxb-…) of your Slack app, not a user token.',
      permanent: true,
    })
  }
  const granted = answer.response_metadata?.scopes
  const missing = granted === undefined ? [] : SCOPES.filter((scope) => !granted.includes(scope))
  if (missing.length > 0) {
    log.warn(
      { missing },
      'The Slack app lacks scopes. Compare it with config/slack-manifest.json and reinstall it.',
    )
  }
  return { team, user, bot }
}
