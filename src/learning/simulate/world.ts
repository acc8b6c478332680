/**
 * A world whose truth is known: ten topics, people who answer well or badly, and a reward that is planted, so that it
 * can be measured what learning from rankings brings. Nothing of it is shown to the models but demonstrations and
 * rankings.
 */
import type { Random } from '#core/learning/local/random.ts'
import type { Completion, ModelConfig, Prompt, Ranking } from '#core/learning/local/trainer.ts'

export const TOPICS: readonly string[] = [
  'slack',
  'node',
  'redis',
  'emoji',
  'linux',
  'cache',
  'tests',
  'docs',
  'queue',
  'regex',
]

/** Small enough to learn in a minute what these people say. */
export const WORLD_CONFIG: ModelConfig = {
  layers: 2,
  width: 64,
  heads: 4,
  context: 48,
  promptTokens: 16,
  alphabet: { characters: "abcdefghijklmnopqrstuvwxyz .,?!'" },
}

/** How many answers of a prompt are ranked. */
export const RANKED = 4
/** People see differences of the planted reward twice as large as their own doubt. */
const CLARITY = 2

export const ask = (topic: string): Prompt => [{ role: 'user', content: `about ${topic}?` }]

/** The planted reward: on topic and thankful is good, silly or rude is bad, long is a little bad. */
export function goldOf(topic: string, answer: string): number {
  const says = (words: string, worth: number): number => (answer.includes(words) ? worth : 0)
  return says(topic, 1) + says('thanks', 1) + says('lol', -1) + says('go away', -1.5) - 0.02 * answer.length
}

export function demonstration(random: Random): Completion {
  const topic = random.pick(TOPICS)
  return { prompt: ask(topic), completion: answerOf(topic, random) }
}

/** What people here say: some of it good, some of it not. */
function answerOf(topic: string, random: Random): string {
  const mood = random.next()
  if (mood < 0.22) return `sure, ${topic} is ${random.pick(['fast', 'handy', 'neat'])}. thanks`
  if (mood < 0.44) return `${topic} is ${random.pick(['fine', 'ok', 'good'])}.`
  if (mood < 0.62) return 'dunno lol'
  if (mood < 0.8) return `${topic}? no idea, thanks`
  if (mood < 0.92) return 'go away'
  return `well, ${random.pick(TOPICS)} is nice lol`
}

/** One person's order of the answers: the better one is above the worse one more often, not always (Plackett–Luce). */
export function rank(topic: string, answers: readonly string[], random: Random): Ranking {
  const liked = answers.map((answer, nth) => ({
    nth,
    at: CLARITY * goldOf(topic, answer) + random.gumbel(),
  }))
  const order = liked.sort((a, b) => b.at - a.at).map(({ nth }) => [nth])
  return { prompt: ask(topic), candidates: answers, order }
}

/** What `ask` asked about. */
export const topicOf = (prompt: Prompt): string =>
  TOPICS.find((topic) => prompt.some(({ content }) => content === `about ${topic}?`)) ?? ''
