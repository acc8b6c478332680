import type { Draw } from '#core/feedback/seeded-draw.ts'
import { type Sent, type SlackSimulator, startSlackSimulator } from '#test/platforms/slack/simulator.ts'
import { type Losses, type Mail, openMail } from './mail.ts'
import type { Asked, Fault, Room, Talk } from './room.ts'

/**
 * Sooner and more often than Slack delivers again, as everything here is: at once, then within half a minute, and on a
 * machine that is so busy that an event does not even reach its way within three seconds, for five minutes, as Slack.
 */
const RETRY_DELAYS_MS = [
  0,
  400,
  1_000,
  2_000,
  4_000,
  8_000,
  12_000,
  16_000,
  ...Array.from({ length: 12 }, () => 20_000),
]
/** Threads share channels, as they do. */
const CHANNELS = 100
const PEOPLE = 40
/**
 * Longer than any deadline of Parley's own. The write happens at once: of one that happens after everybody has given
 * it up, nobody can know.
 */
const NO_ANSWER_MS = 30_000

export interface SlackRoomDeps {
  /** Addresses of the Parley processes that are up. */
  readonly targets: () => readonly string[]
  readonly draw: Draw
  readonly losses: Losses
}

export async function slackRoom({ targets, draw, losses }: SlackRoomDeps): Promise<Room> {
  const slack = await startSlackSimulator({ rateLimits: false, retryDelaysMs: RETRY_DELAYS_MS })
  const mail = await openMail(targets, draw, losses)
  slack.deliverTo(mail.url)
  return {
    env: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_SIGNING_SECRET: slack.signingSecret,
      SLACK_API_URL: slack.apiUrl,
    },
    talk: (thread) => talkIn(slack, mail, thread),
    faults: faultsOf(slack),
    calm: () => slack.failNoMore(),
    close: async () => {
      await slack.close()
      await mail.close()
    },
  }
}

function talkIn(slack: SlackSimulator, mail: Mail, thread: number): Talk {
  const channel = slack.channel(`room-${thread % CHANNELS}`)
  const person = slack.person(`person-${thread % PEOPLE}`)
  let root: Sent | undefined
  const told = (sent: Sent) => mail.told.get(`${sent.channel}:${sent.ts}`)
  const replies = () =>
    root === undefined
      ? []
      : slack.thread(channel, root.threadTs).filter(({ user }) => user === slack.bot.userId)
  return {
    ask: async (text) => {
      const sent: Sent =
        root === undefined
          ? await person.mention(channel, text)
          : await person.post(channel, text, { threadTs: root.threadTs })
      root ??= sent
      return askedBy(sent, () => told(sent))
    },
    open: () => root !== undefined && told(root)?.takenAt !== undefined,
    messages: () => replies().map(({ shown }) => shown),
    unfinished: () => replies().some(({ streaming }) => streaming),
    trace: () => {
      const mine = new Set([root?.ts, ...replies().map(({ ts }) => ts)])
      return slack.calls
        .filter(({ args }) => mine.has(String(args.thread_ts ?? args.ts)))
        .map(({ method, args, at, outcome }) => `${at} ${method} ${outcome} ${JSON.stringify(args)}`)
    },
  }
}

function askedBy(sent: Sent, told: () => ReturnType<Mail['told']['get']>): Asked {
  return {
    redeliver: () => sent.redeliver(1, { as: 'retry' }),
    times: () => ({ toldAt: told()?.firstAt, takenAt: told()?.takenAt }),
    deliveries: () => told()?.times ?? 0,
  }
}

const WRITES = [
  'chat.startStream',
  'chat.appendStream',
  'chat.stopStream',
  'chat.postMessage',
  'chat.update',
  'agents.sessions.setStatus',
]
const CALLS = [...WRITES, 'conversations.replies', 'users.info']

function faultsOf(slack: SlackSimulator): readonly Fault[] {
  const some = (
    draw: Draw,
    calls: readonly string[],
    most: number,
    fault: Parameters<typeof slack.failNext>[1],
  ) => {
    const method = calls[draw(calls.length)] ?? 'chat.update'
    for (let nth = 0; nth <= draw(most); nth += 1) slack.failNext(method, fault)
  }
  const limited = { kind: 'http', status: 429, headers: { 'retry-after': '1' } } as const
  return [
    {
      name: 'slack: a storm of 429',
      weight: 2,
      strike: (draw) => {
        for (const method of WRITES)
          for (let nth = 0; nth < 3 + draw(8); nth += 1) slack.failNext(method, limited)
      },
    },
    {
      name: 'slack: 5xx',
      weight: 2,
      strike: (draw) => some(draw, CALLS, 6, { kind: 'http', status: 500 + draw(4) }),
    },
    {
      name: 'slack: connections cut before the write',
      weight: 2,
      strike: (draw) => some(draw, CALLS, 4, { kind: 'reset', when: 'before' }),
    },
    {
      name: 'slack: connections cut after the write',
      weight: 3,
      strike: (draw) => some(draw, CALLS, 4, { kind: 'reset', when: 'after' }),
    },
    {
      name: 'slack: half-open connections',
      weight: 1,
      strike: (draw) => some(draw, CALLS, 2, { kind: 'delay', ms: NO_ANSWER_MS, when: 'after' }),
    },
    {
      name: 'slack: slow',
      weight: 2,
      strike: (draw) => some(draw, CALLS, 8, { kind: 'delay', ms: 200 + draw(2_000), when: 'after' }),
    },
  ]
}
