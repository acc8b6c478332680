import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ModelArtifact } from '#core/learning/engine.ts'
import {
  NOBODY_YET,
  type Pointer,
  promoted,
  rolledBack,
  stateOf,
  withCanary,
} from '#core/learning/registry/pointer.ts'
import type { ModelRecord } from '#core/learning/registry/record.ts'
import { Registry } from '#core/learning/registry/registry.ts'
import { openStore } from '#core/store/store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

const swap = { at: 1, by: 'operator', why: 'a test' } as const

const artifact: ModelArtifact = {
  ...{ schema: 1, kind: 'policy', uri: '/models/a', sha256: 'ab', job: 'j1', metrics: {} },
  served: { baseUrl: 'http://127.0.0.1:1/v1', model: 'a' },
}
const model = (id: string, more: Partial<ModelRecord> = {}): ModelRecord => ({
  ...{ schema: 1, id, stage: 'ppo', artifact: { ...artifact, job: id }, createdAt: 1 },
  datasets: [{ id: `data of ${id}`, consentEpoch: 3 }],
  ...more,
})
const PASSED = { passed: true, reasons: [] }

describe('the registry', () => {
  let registry: Registry
  let told: string[]
  let reasons: string[]
  let flaws: Map<string, string>
  beforeEach(async () => {
    const store = await openStore('memory:', quietLog)
    told = []
    reasons = []
    flaws = new Map()
    registry = new Registry({
      store: store.keyv('models'),
      clock: new VirtualClock(1_000),
      flawOf: async ({ job }) => flaws.get(job),
      audit: async (action, model, _, why) => {
        told.push(`${action}: ${model}`)
        if (why !== undefined) reasons.push(why)
      },
    })
  })

  test('L6: a rollback is one swap to what answered before, and said twice it is done once', async () => {
    for (const id of ['one', 'two']) {
      await registry.add(model(id))
      await registry.judge(id, PASSED)
      await registry.promote(id)
    }
    expect(await registry.rollback('two', 'operator', 'it was rude')).toMatchObject({ production: 'one' })
    expect(await registry.rollback('two', 'operator', 'it was rude')).toMatchObject({ production: 'one' })
    expect(told.filter((each) => each.startsWith('model rolled back'))).toEqual(['model rolled back: two'])
    expect((await registry.rollback('one', 'operator', 'so was this')).production).toBeUndefined()
  })

  test('L4: why a model goes in spite of the gate is on record, for a canary too, and must be said', async () => {
    await registry.add(model('new'))
    for (const nothing of ['', '  ']) {
      await expect(registry.promote('new', nothing)).rejects.toThrow('--anyway is empty')
      await expect(registry.canary('new', 5, nothing)).rejects.toThrow('--anyway is empty')
    }
    await registry.canary('new', 5, 'only a trial')
    await registry.promote('new', 'the trial went well')
    await registry.rollback('new', 'operator', 'it was rude')
    expect(reasons).toEqual(['only a trial', 'the trial went well', 'it was rude'])
  })

  test('L4: what somebody rejected goes to nobody, unless somebody says why', async () => {
    await registry.add(model('rude'))
    await registry.judge('rude', PASSED)
    await registry.reject('rude', 'it shouts')
    await expect(registry.promote('rude')).rejects.toThrow('It was rejected: it shouts.')
    await expect(registry.canary('rude', 5)).rejects.toThrow('It was rejected: it shouts.')
    expect(await registry.promote('rude', 'it was retaught')).toMatchObject({ production: 'rude' })
    expect(reasons).toEqual(['it shouts', 'it was retaught'])
  })

  test('L4: a model that answers people is taken back before it is rejected', async () => {
    await registry.add(model('rude'))
    await registry.canary('rude', 5, 'a trial')
    await expect(registry.reject('rude', 'it shouts')).rejects.toThrow('Take it back with')
    await registry.promote('rude', 'a trial')
    await expect(registry.reject('rude', 'it shouts')).rejects.toThrow('rude answers people now.')
    expect((await registry.get('rude')).rejected).toBeUndefined()
    await registry.rollback('rude', 'operator', 'it shouts')
    await registry.reject('rude', 'it shouts')
    expect((await registry.get('rude')).rejected).toMatchObject({ why: 'it shouts' })
  })

  test('L4: what was said of a model stays when it is added again, and so does where it is served', async () => {
    await registry.add(model('rude', { rewardModel: 'judge' }))
    await registry.judge('rude', PASSED)
    await registry.reject('rude', 'it shouts')
    const { served: _, ...unserved } = artifact
    await registry.add(model('rude', { artifact: { ...unserved, job: 'rude' }, createdAt: 9 }))
    expect(await registry.get('rude')).toMatchObject({
      ...{ createdAt: 1, rewardModel: 'judge', artifact: { served: artifact.served } },
      ...{ rejected: { why: 'it shouts' }, verdict: { passed: true } },
    })
    await expect(registry.promote('rude')).rejects.toThrow('It was rejected')
    await registry.add(model('rude', { artifact: { ...artifact, job: 'rude', sha256: 'cd' } }))
    expect((await registry.get('rude')).verdict, 'of other files').toBeUndefined()
  })

  test('L4: a model that was better than one that answers no more is compared again', async () => {
    for (const id of ['one', 'two']) {
      await registry.add(model(id))
      await registry.judge(id, PASSED)
    }
    await registry.promote('one')
    await expect(registry.canary('two', 5)).rejects.toThrow(
      'The gate held it against the model of the configuration, and one answers now.',
    )
    await expect(registry.promote('two')).rejects.toThrow('run "parley learn eval gate" again')
    expect(await registry.promote('one'), 'said twice').toMatchObject({ production: 'one' })
    await registry.judge('two', PASSED)
    expect(await registry.promote('two')).toMatchObject({ production: 'two' })
  })

  test.each(['default', 'none'])('no model is called %s: that is something else', async (id) => {
    await expect(registry.add(model(id))).rejects.toThrow('Give this one another name.')
  })

  test('L4: what the gate did not let pass is not promoted, and the answer says why and what to do', async () => {
    await registry.add(model('new'))
    await expect(registry.promote('new')).rejects.toThrow('Run "parley learn eval gate" first')
    await registry.judge('new', {
      passed: false,
      reasons: [{ passed: false, text: 'It is 20.4 nats away.' }],
    })
    await expect(registry.canary('new', 5)).rejects.toThrow('It is 20.4 nats away.')
    expect(await registry.promote('new', 'we only try it')).toMatchObject({
      production: 'new',
      history: [{ why: 'we only try it', by: 'operator' }],
    })
  })

  test('L6: a model that is not whole is never taken in, and never promoted', async () => {
    flaws.set('half', 'model.safetensors is missing. Collect the job again.')
    await expect(registry.add(model('half'))).rejects.toThrow('model.safetensors is missing')
    await registry.add(model('later'))
    await registry.judge('later', PASSED)
    flaws.set('later', 'its checksum differs. Collect the job again.')
    await expect(registry.promote('later')).rejects.toThrow('its checksum differs')
    expect(await registry.pointer()).toEqual(NOBODY_YET)
  })

  test('a reward model, one that nobody serves and one that is not there cannot answer anybody', async () => {
    await registry.add(model('judge', { artifact: { ...artifact, kind: 'reward-model' } }))
    await expect(registry.promote('judge')).rejects.toThrow('is a reward model')
    const { served: _, ...unserved } = artifact
    await registry.add(model('alone', { artifact: unserved }))
    await expect(registry.promote('alone')).rejects.toThrow('not served anywhere')
    await expect(registry.promote('nobody')).rejects.toThrow('There is no model "nobody"')
    await expect(registry.add(model('alone', { artifact: { ...artifact, job: 'another' } }))).rejects.toThrow(
      'another model',
    )
  })

  test('S3: which models saw a dataset, also through what they came from', async () => {
    await registry.add(model('one'))
    await registry.add(
      model('two', { datasets: [...model('one').datasets, { id: 'more', consentEpoch: 4 }] }),
    )
    const seen = await registry.thatSaw(new Set(['data of one']))
    expect(seen.map(({ id }) => id)).toEqual(['one', 'two'])
    expect(await registry.thatSaw(new Set(['nothing']))).toEqual([])
  })
})

test('L6: any swaps, and no two models ever stand in one place', () => {
  const names = fc.constantFrom('a', 'b', 'c')
  const step = fc.oneof(
    fc.record({ kind: fc.constant('promote' as const), model: names }),
    fc.record({ kind: fc.constant('canary' as const), model: names }),
    fc.record({ kind: fc.constant('rollback' as const), model: names }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const end = steps.reduce<Pointer>((pointer, { kind, model }) => {
        if (kind === 'promote') return promoted(pointer, model, swap)
        if (kind === 'rollback') {
          const back = rolledBack(pointer, model, swap)
          expect(back.production).not.toBe(model)
          expect(back.canary?.model).not.toBe(model)
          expect(rolledBack(back, model, swap)).toBe(back)
          return back
        }
        const free = pointer.production !== model && (pointer.canary?.model ?? model) === model
        return free ? withCanary(pointer, model, 5, 1) : pointer
      }, NOBODY_YET)
      const states = ['a', 'b', 'c'].map((id) => stateOf({ id }, end))
      for (const once of ['production', 'canary'])
        expect(states.filter((each) => each === once).length).toBeLessThanOrEqual(1)
      if (end.canary !== undefined) expect(end.canary.model).not.toBe(end.production)
    }),
    { numRuns: 500 },
  )
})
