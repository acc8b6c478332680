import { join } from 'node:path'
import { launch, type Process } from '../start/process.ts'
import type { Workspace } from './workspace.ts'

/** How the stub answers: see `model-stub.ts`. */
export type Manner = 'quick' | 'slow' | 'held'

export interface Setting {
  readonly workspace: Workspace
  /** Address of the model stub. */
  readonly stub: string
  readonly manner: Manner
}

/** Node runs the stub's TypeScript as it is. */
export const launchStub = (): Promise<Process> => launch(['test/bench/turns/model-stub.ts'], {})

/** As `npm start` has it. */
const FLAGS = ['--min-semi-space-size=8', '--max-semi-space-size=16']

/**
 * A real Parley on a store of its own, ready and connected to the workspace.
 *
 * @param moments a file for when each question reached it: see `moments.ts`.
 */
export async function launchParley(
  { workspace, stub, manner }: Setting,
  store: string,
  moments?: string,
): Promise<Process> {
  const { slack } = workspace
  const watched = moments === undefined ? [] : ['--import', join(import.meta.dirname, 'moments.ts')]
  const preloads = ['--import', join(import.meta.dirname, 'roomy.ts'), ...watched]
  const parley = await launch([...FLAGS, ...preloads, 'src/parley.js', 'start'], {
    ...(moments === undefined ? {} : { BENCH_MOMENTS: moments }),
    PARLEY_PORT: '0',
    PARLEY_LOG_LEVEL: 'error',
    // Held answers stay away for as long as it takes.
    PARLEY_MODEL_IDLE_MS: '600000',
    PARLEY_MODEL_FIRST_BYTE_MS: '600000',
    PARLEY_STORE: store,
    PARLEY_MODEL: 'stub',
    PARLEY_WEB: 'off',
    OPENAI_BASE_URL: `${stub}/${manner}/v1`,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
  })
  slack.deliverTo(`${addressOf(parley)}/slack/events`)
  return parley
}

/** The least that answers: `bare-bot.mjs`. */
export async function launchBare({ workspace, stub, manner }: Setting): Promise<Process> {
  const { slack } = workspace
  const bot = await launch([...FLAGS, 'test/bench/turns/bare-bot.mjs'], {
    OPENAI_BASE_URL: `${stub}/${manner}/v1`,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
  })
  slack.deliverTo(`${addressOf(bot)}/slack/events`)
  return bot
}

export function addressOf({ firstLine }: Process): string {
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(firstLine)?.[0]
  if (address === undefined) throw new Error(`no address in "${firstLine}"`)
  return address
}
