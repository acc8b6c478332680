/** The web workspace with its forms: what the page sends when they are filled in, and what it then says. */
import { setTimeout as pause } from 'node:timers/promises'
import type {
  BallotView,
  ComparisonBegun,
  ConsentChanged,
  CorrectionView,
  Erased,
  PrivacyPage,
  Problem,
  SessionView,
} from '#adapters/web/protocol.ts'
import { orderOf } from '#core/feedback/places.ts'
import { freshKey, type WebClient } from '#test/adapters/web/client.ts'
import type { Judge, JudgingWorld, OpenBallot, OpenPrivacy } from '#test/scenarios/judging.ts'
import { webWorld } from './web.ts'

/** Tries of a press on a reply that is shown, and not remembered by the core in the same instant. */
const TRIES = 100
const BETWEEN_MS = 20

export async function webJudgingWorld(): Promise<JudgingWorld> {
  const world = await webWorld()
  return { ...world, judge: (person, { id }) => judgeAt(() => world.client(person), id) }
}

function judgeAt(open: () => Promise<WebClient>, message: string): Judge {
  const replyOf = async (client: WebClient): Promise<string> => {
    const { messages } = await client.thread(message.split('.')[0] ?? '')
    const reply = messages.find(({ id }) => id === message)?.reply
    if (reply == null) throw new Error(`webJudgingWorld: ${message} is no reply`)
    return reply
  }
  return {
    async sayWhy(tags, text) {
      const client = await open()
      const reply = await replyOf(client)
      await client.vote(message, reply, 'bad')
      const reason = { reply, tags, text, key: freshKey() }
      return told(client, 'reason', () => client.send('PUT', `/api/messages/${message}/reason`, reason))
    },
    async writeBetter(change) {
      const client = await open()
      const reply = await replyOf(client)
      const draft = await read<CorrectionView>(
        await remembered(() => client.send('GET', `/api/messages/${message}/correction?reply=${reply}`)),
      )
      const better = { reply, version: draft.version, text: change(draft.text), key: freshKey() }
      return told(client, 'correction', () =>
        client.send('POST', `/api/messages/${message}/correction`, better),
      )
    },
    async compare() {
      const client = await open()
      const wish = { reply: await replyOf(client), key: freshKey() }
      const { task } = await read<ComparisonBegun>(
        await remembered(() => client.send('POST', `/api/messages/${message}/comparison`, wish)),
      )
      return ballotOf(client, task)
    },
    async privacy() {
      return privacyOf(await open())
    },
  }
}

async function ballotOf(client: WebClient, task: string): Promise<OpenBallot> {
  const ballot = await read<BallotView>(await client.send('GET', `/api/comparisons/${task}`))
  if ('drawing' in ballot) return ballotOf(client, task)
  const { question, answers } = ballot
  return {
    slots: answers.map(({ slot }) => slot),
    text: [question, ...answers.map(({ text }) => text)].join('\n'),
    async rank(places, reason) {
      const chosen = orderOf(places)
      if ('say' in chosen) return chosen.say
      const ranking = { order: chosen.order, allBad: false, reason, spentMs: 1_000, key: freshKey() }
      return told(client, 'ballot', () => client.send('PUT', `/api/comparisons/${task}/ranking`, ranking))
    },
  }
}

async function privacyOf(client: WebClient): Promise<OpenPrivacy> {
  const { sentences } = await read<PrivacyPage>(await client.send('GET', '/api/privacy'))
  return {
    text: sentences.join(' '),
    async allowTraining() {
      const response = await client.send('PUT', '/api/privacy/consent', { training: true })
      return (await read<ConsentChanged>(response)).say
    },
    async copy() {
      const response = await client.send('GET', '/api/privacy/export')
      return (await response.text()).trimEnd().split('\n')
    },
    async erase() {
      return (await read<Erased>(await client.send('POST', '/api/privacy/erase', { confirmed: true }))).say
    },
  }
}

/** What the page says after sending: its own thanks, or why not. */
async function told(
  client: WebClient,
  form: 'reason' | 'correction' | 'ballot',
  send: () => Promise<Response>,
): Promise<string> {
  const response = await remembered(send)
  if (!response.ok) return ((await response.json()) as Problem).error.message
  return (await read<SessionView>(await client.send('GET', '/api/session'))).words[form].done
}

/** As a person does who is told to try again in a moment. */
async function remembered(send: () => Promise<Response>): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const response = await send()
    const isEarly = response.status === 409 && (await response.clone().text()).includes('in a moment')
    if (!isEarly || tries === TRIES) return response
    await pause(BETWEEN_MS)
  }
}

async function read<T>(response: Response): Promise<T> {
  if (!response.ok) throw new Error(`webJudgingWorld: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
