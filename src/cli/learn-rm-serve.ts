import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { loadConfig } from '#config/load.ts'
import { systemClock } from '#core/clock.ts'
import { ConfigError } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { createLog } from '#core/telemetry/log.ts'
import { RUNS_USAGE } from './open-jobs.ts'
import { rewardNamed } from './reward-named.ts'

export const RM_SERVE_USAGE = `  rm serve --model <model>   a reward model over HTTP, for trainers and for bots elsewhere
    --host 127.0.0.1     where it listens; others need --host 0.0.0.0
    --port 5000          0 takes any free port
    --token <token>      at least 16 characters; PARLEY_REWARD_TOKEN when left out
    --dataset <dataset>  whose prompts the policy is trained on: their labels name the conversations
    --embed <model>      another address of the same embeddings
${RUNS_USAGE}`
const USUAL_PORT = '5000'
/** Whoever reaches the port could have answers judged, and embedded at the operator's cost. */
const SHORTEST_TOKEN = 16
const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

const text = { type: 'string' } as const
const OPTIONS = {
  ...{ model: text, host: text, port: text, token: text, dataset: text, embed: text, runs: text },
} as const

/**
 * `parley learn rm serve …`: until it is told to stop.
 *
 * @throws LearningError, DatasetError, ConfigError
 */
export async function rmServe(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  told: () => Promise<unknown> = signalled,
): Promise<number | undefined> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.model === undefined) return undefined
  const token = tokenOf(values.token ?? env.PARLEY_REWARD_TOKEN)
  const port = portOf(values.port ?? USUAL_PORT)
  const host = values.host ?? '127.0.0.1'
  const stopped = told()
  const config = await loadConfig(env)
  const [{ isService, openReward }, { readConversations }, { serveReward }] = await Promise.all([
    import('#core/learning/reward/open.ts'),
    import('#core/learning/reward/conversations.ts'),
    import('#core/learning/reward/serve.ts'),
  ])
  if (isService(values.model))
    throw new LearningError(
      `${values.model} is a service already. Give the directory of a model with --model.`,
    )
  const { apiKey, baseUrl } = config.model
  const reward = await openReward(
    { address: await rewardNamed(values.model, values.runs), embed: values.embed ?? env.PARLEY_REWARD_EMBED },
    { env: { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl }, fetch },
    new AbortController().signal,
  )
  const conversations = values.dataset === undefined ? undefined : await readConversations(values.dataset)
  const server = await serveReward({
    ...{ reward, token, host, port, clock: systemClock, log: createLog(config.logLevel) },
    ...(conversations === undefined ? {} : { conversations }),
  })
  process.stdout.write(
    `Reward model ${reward.id} is served at ${server.url}${reward.shadow ? '; it learned from too little to be trained against' : ''}.
${conversations === undefined ? '' : `It knows the conversations of ${conversations.count} prompts.\n`}OpenRLHF: --reward.remote_url ${server.url}/get_reward?k=$PARLEY_REWARD_TOKEN
TRL: PARLEY_REWARD_URL=${server.url} and parley_reward.py beside the run, --reward_funcs parley_reward.reward
`,
  )
  await stopped
  await server.close()
  return 0
}

const signalled = (): Promise<unknown> => Promise.race(STOP_SIGNALS.map((signal) => once(process, signal)))

function tokenOf(token: string | undefined): string {
  if (token !== undefined && token.length >= SHORTEST_TOKEN && /^[!-~]+$/.test(token)) return token
  throw new ConfigError('--token', {
    got: token === undefined ? undefined : `… (length ${token.length})`,
    expected: `a token of at least ${SHORTEST_TOKEN} characters, without blanks`,
    fix: 'Make one, for example with `openssl rand -hex 24`, and set PARLEY_REWARD_TOKEN to it.',
  })
}

function portOf(got: string): number {
  const port = Number(got)
  if (/^\d{1,5}$/.test(got) && port <= 65_535) return port
  const expected = 'a port from 0 to 65535'
  throw new ConfigError('--port', { got, expected, fix: `Use --port ${USUAL_PORT}.` })
}
