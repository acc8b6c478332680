import { beforeEach, describe, expect, test } from 'vitest'
import { NOBODY_YET, type Pointer, rolledBack, withCanary } from '#core/learning/registry/pointer.ts'
import { armOf } from '#core/learning/rollout/arm.ts'
import { Exposures } from '#core/learning/rollout/exposures.ts'
import { createRollout, SHADOW, shadowOf } from '#core/learning/rollout/rollout.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel } from '#core/model/model.ts'
import { openStore } from '#core/store/store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

const PROMPT = { system: '', turns: [{ role: 'user', content: 'hello' }] } as const
const SALT = 'salt'

/** Says who it is. */
const speaker = (name: string, fails: () => boolean = () => false): LanguageModel => ({
  label: name,
  async *stream() {
    if (fails()) throw new ModelError('server', `${name} is ill`)
    yield { type: 'text', delta: `I am ${name}.` }
    yield {
      type: 'done',
      finish: 'stop',
      model: name,
      usage: { inputTokens: 1, outputTokens: 5, cachedTokens: 0 },
    }
  },
})

describe('a rollout', () => {
  let pointer: Pointer
  let back: string[]
  let votes: Map<string, number>
  let failing: boolean
  let model: LanguageModel
  let exposures: Exposures
  beforeEach(async () => {
    pointer = NOBODY_YET
    back = []
    votes = new Map()
    failing = false
    const store = await openStore('memory:', quietLog)
    exposures = new Exposures(store.keyv('exposures'))
    model = createRollout({
      configured: speaker('configured'),
      pointer: async () => pointer,
      open: async (id) => {
        if (id === 'gone') throw new Error('nobody serves it')
        return speaker(id, () => failing && id === 'new')
      },
      exposures,
      downVotes: async () => votes,
      rollBack: async (id, reason) => {
        const after = rolledBack(pointer, id, { at: 2, by: 'guardrail', why: reason })
        if (after !== pointer) back.push(reason)
        pointer = after
      },
      salt: SALT,
      clock: new VirtualClock(1_000),
      log: quietLog,
    })
  })

  const ask = async (thread: string) => {
    let [text, arm] = ['', '']
    const options = {
      signal: new AbortController().signal,
      cacheKey: thread,
      onArm: (name: string) => (arm = name),
    }
    for await (const event of model.stream(PROMPT, options)) if (event.type !== 'done') text += event.delta
    return { text, arm }
  }
  const threads = Array.from({ length: 400 }, (_, nth) => `slack:T1:C1:${nth}`)

  test('without one, the model of the configuration answers', async () => {
    expect(await ask('t')).toEqual({ text: 'I am configured.', arm: 'default' })
  })

  test('L6: a thread keeps its arm, the reply says which, and a rollback holds from the next reply on', async () => {
    pointer = withCanary(pointer, 'new', 25, 1)
    const inCanary = threads.filter((thread) => armOf(thread, { salt: SALT, percent: 25 }) === 'canary')
    for (const thread of threads.slice(0, 40))
      expect((await ask(thread)).arm).toBe(inCanary.includes(thread) ? 'new' : 'default')
    const [one = ''] = inCanary
    expect(await ask(one)).toEqual({ text: 'I am new.', arm: 'new' })
    pointer = rolledBack(pointer, 'new', { at: 2, by: 'operator', why: 'a test' })
    expect(await ask(one)).toEqual({ text: 'I am configured.', arm: 'default' })
  })

  test('L6: a canary that people vote down, or that fails, goes back by itself', async () => {
    pointer = withCanary(pointer, 'new', 70, 1)
    votes.set('new', 60).set('default', 5)
    for (const thread of threads) await ask(thread)
    await expect.poll(() => back).toEqual([expect.stringMatching(/^More down-votes: /)])
    expect(pointer.canary).toBeUndefined()

    votes.clear()
    pointer = withCanary(pointer, 'new', 70, 5)
    failing = true
    for (const thread of threads) await ask(thread).catch(() => {})
    await expect
      .poll(() => back)
      .toEqual([expect.anything(), expect.stringMatching(/^More failed replies: /)])
  })

  test('L6: one that is as good stays', async () => {
    pointer = withCanary(pointer, 'new', 70, 1)
    votes.set('new', 20).set('default', 20)
    for (const thread of threads) await ask(thread)
    const ours = threads.filter((thread) => armOf(thread, { salt: SALT, percent: 70 }) === 'canary').length
    const figures = () => exposures.figures({ model: 'new', since: 1 }, 'new', votes)
    await expect.poll(async () => (await figures()).exposures).toBe(ours)
    expect(await figures()).toMatchObject({ downVotes: 20, failures: 0, tokensPerReply: 5, p95Ms: 0 })
    expect(back).toEqual([])
  })

  test('a shadow is asked and recorded, and nobody sees it', async () => {
    pointer = { ...NOBODY_YET, shadow: 'quiet' }
    expect(await ask('t')).toEqual({ text: 'I am configured.', arm: 'default' })
    await expect
      .poll(() => exposures.figures(shadowOf('quiet'), SHADOW, votes))
      .toMatchObject({ exposures: 1, failures: 0, tokensPerReply: 5 })
  })

  test('an arm that cannot be opened leaves nobody without an answer', async () => {
    pointer = { ...NOBODY_YET, production: 'gone' }
    expect(await ask('t')).toEqual({ text: 'I am configured.', arm: 'default' })
  })
})
