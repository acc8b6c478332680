import { expect, test } from 'vitest'
import { Random } from '#core/learning/local/random.ts'
import { promptTokens, vocabularyOf } from '#core/learning/local/vocabulary.ts'
import { ceilingOf, demonstrations } from '#core/learning/simulate/people.ts'
import { ask, goldOf, rank, TOPICS, topicOf, WORLD_CONFIG } from '#core/learning/simulate/world.ts'

test('the planted reward is for the topic and for thanks, against silly, rude and long', () => {
  expect(goldOf('node', 'node is ok. thanks')).toBeCloseTo(2 - 0.02 * 18)
  expect(goldOf('node', 'dunno lol')).toBeCloseTo(-1 - 0.02 * 9)
  expect(goldOf('node', 'go away')).toBeCloseTo(-1.5 - 0.02 * 7)
  expect(goldOf('node', 'redis is ok.')).toBeCloseTo(-0.02 * 12)
})

test('every topic and every answer fits the network, whole', () => {
  const vocabulary = vocabularyOf(WORLD_CONFIG)
  const longest = Math.max(
    ...demonstrations(1, 2000).map(({ completion }) => vocabulary.encode(completion).length),
  )
  expect(longest).toBeLessThan(WORLD_CONFIG.context - WORLD_CONFIG.promptTokens)
  for (const topic of TOPICS) {
    expect(vocabulary.decode(promptTokens(WORLD_CONFIG, vocabulary, ask(topic)))).toBe(`about ${topic}?`)
    expect(topicOf(ask(topic))).toBe(topic)
  }
})

test('L5: the same seed brings the same demonstrations', () => {
  expect(demonstrations(4, 50)).toEqual(demonstrations(4, 50))
  expect(demonstrations(4, 50)).not.toEqual(demonstrations(5, 50))
})

test('people prefer as the logistic curve of Plackett and Luce says, and the ceiling counts it', () => {
  const random = new Random(1, 'people')
  const answers = ['slack is ok.', 'slack is ok. thanks']
  const rankings = Array.from({ length: 4000 }, () => rank('slack', answers, random))
  const second = rankings.filter(({ order }) => order[0]?.[0] === 1).length / rankings.length
  const apart = goldOf('slack', answers[1] ?? '') - goldOf('slack', answers[0] ?? '')
  const expected = 1 / (1 + Math.exp(-2 * apart))
  // The deviation of the share is .006.
  expect(Math.abs(second - expected)).toBeLessThan(0.03)
  expect(ceilingOf(rankings)).toBe(second)
})
