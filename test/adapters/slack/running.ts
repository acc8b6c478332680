import { once } from 'node:events'
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'
import type { Platform } from '#adapters/platform.ts'
import { createSlack } from '#adapters/slack/slack.ts'
import { type Clock, systemClock } from '#core/clock.ts'
import { Accounts } from '#core/delivery/accounts.ts'
import { type Control, type ReplySurface, SurfaceError } from '#core/delivery/surface.ts'
import type { Question } from '#core/dialogue/question.ts'
import {
  type Sent,
  type SlackSimulator,
  type SlackSimulatorOptions,
  startSlackSimulator,
} from '#test/platforms/slack/simulator.ts'
import { quietLog } from '#test/quiet-log.ts'
import { type RecordingHost, recordingHost } from './recording-host.ts'

export interface RunningOptions extends SlackSimulatorOptions {
  readonly socket?: boolean
  /** The test starts it. */
  readonly started?: boolean
}

export interface Running {
  readonly simulator: SlackSimulator
  readonly platform: Platform
  readonly host: RecordingHost
  readonly clock: Clock
  /** `#general` */
  readonly channel: string
  /** Where Slack delivers; empty for Socket Mode. */
  readonly url: string
  /** A second adapter on the same workspace: what a restart makes. */
  restarted(): Promise<Platform>
}

/** The adapter on a simulated workspace, over HTTP unless told otherwise. Ends with the test. */
export async function running({
  socket = false,
  started = true,
  ...options
}: RunningOptions = {}): Promise<Running> {
  const simulator = await startSlackSimulator(options)
  onTestFinished(() => simulator.close())
  const clock = options.clock ?? systemClock
  const { botToken, apiUrl, appToken, signingSecret } = simulator
  const create = (): Platform =>
    createSlack(
      { botToken, apiUrl, ...(socket ? { appToken } : { signingSecret }) },
      { log: quietLog, clock, accounts: new Accounts(clock) },
    )
  const platform = create()
  const host = recordingHost()
  const url = await served(platform)
  if (url !== '') simulator.deliverTo(url)
  if (started) await platform.start(host)
  onTestFinished(() => platform.stop())
  return {
    simulator,
    platform,
    host,
    clock,
    channel: simulator.channel('general'),
    url,
    restarted: async () => {
      const next = create()
      await next.start(host)
      onTestFinished(() => next.stop())
      return next
    },
  }
}

/** Serves the routes as Parley's own port does. @returns the events address; empty where there are none. */
export async function served(platform: Platform): Promise<string> {
  const [route] = platform.routes ?? []
  if (route === undefined) return ''
  const server = createServer(route.listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return `http://127.0.0.1:${address.port}/slack/events`
}

/** What the core would call the reply. */
export const REPLY = '0198c1de-5a3e-7000-8000-000000000001'

/** Below every reply that a model finished. */
export const FINISHED: readonly Control[] = ['good', 'bad', 'regenerate']

export const never = new AbortController().signal

/** `shown`, or the kind of fault that kept it from being. */
export const failing = (shown: Promise<unknown>): Promise<unknown> =>
  shown.then(
    () => 'shown',
    (thrown: unknown) => (thrown instanceof SurfaceError ? thrown.fault.kind : thrown),
  )

/** The only question that was taken in. */
export function onlyQuestion({ questions }: RecordingHost): Question {
  const [question] = questions
  if (question === undefined || questions.length > 1)
    throw new Error(`${questions.length} questions were taken in.`)
  return question
}

/** A reply that is about to be written, to a question that Alice has just asked. */
export async function asked(app: Running, text = 'what is a monad?') {
  const sent = await app.simulator.person('alice').mention(app.channel, text)
  await app.simulator.until(() => app.host.questions.length > 0)
  const question = onlyQuestion(app.host)
  const surface: ReplySurface = app.platform.open(question.place, [], REPLY)
  return {
    sent,
    question,
    surface,
    show: (...parts: readonly string[]) =>
      surface.show({ parts, finished: false, controls: ['stop'] }, never),
    finish: (...parts: readonly string[]) =>
      surface.show({ parts, finished: true, controls: FINISHED }, never),
    /** What readers see of us in the thread. */
    seen: () =>
      app.simulator
        .thread(sent.channel, sent.threadTs)
        .filter(({ user }) => user === app.simulator.bot.userId)
        // Where there are blocks, they are what is read.
        .map((message) => ({ ...message, text: message.shown })),
    session: () => app.simulator.session(sent.channel, sent.threadTs),
    /** Methods that wrote something, in order. */
    writes: () =>
      app.simulator.calls
        .map(({ method }) => method)
        .filter((method) => /^(chat|agents|assistant)\./.test(method)),
  }
}

/** Bob asks on in the thread. @returns the place of his question. */
export async function followUp({ simulator, host }: Running, { channel, threadTs }: Sent): Promise<unknown> {
  const { ts } = await simulator.person('bob').mention(channel, 'and a functor?', { threadTs })
  await simulator.until(() => host.questions.some(({ place }) => hasTs(place, ts)))
  return host.questions.find(({ place }) => hasTs(place, ts))?.place
}

export const hasTs = (place: unknown, ts: string): boolean =>
  typeof place === 'object' && place !== null && 'ts' in place && place.ts === ts
