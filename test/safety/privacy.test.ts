import { expect, test } from 'vitest'
import { Consents } from '#core/safety/consent.ts'
import type { PersonalData } from '#core/safety/personal-data.ts'
import { createPrivacy, ErasureError } from '#core/safety/privacy.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'

const alice = { platform: 'web', id: 'u_alice' }

/** Remembers words; breaks as often as it is told to. */
function memory(holds: string, words: string[]): PersonalData & { breaks: number } {
  return {
    holds,
    breaks: 0,
    count: async () => words.length,
    async *export() {
      for (const word of words) yield { word }
    },
    async erase() {
      if (this.breaks > 0) {
        this.breaks -= 1
        throw new Error('the disk is full')
      }
      return words.splice(0).length
    },
  }
}

async function opened() {
  const store = openSqliteStore('memory:', quietLog)
  const consents = new Consents(store.keyv('consent'), await Pseudonyms.open(store.keyv('secrets')))
  const sources = [memory('messages', ['a', 'b']), memory('votes', ['+1']), memory('messages', ['c'])]
  let settled = 0
  const settle = async () => {
    settled += 1
  }
  const desk = createPrivacy({ consents, sources, settle, log: quietLog })
  return { desk, sources, consents, settled: () => settled }
}

test('S3: a person sees what is kept of them, kind by kind, and what they chose', async () => {
  const { desk } = await opened()
  expect(await desk.view(alice)).toEqual({
    consent: { training: false, since: undefined },
    kept: [
      { what: 'messages', count: 3 },
      { what: 'votes', count: 1 },
    ],
  })
  await desk.consent(alice, true, 5)
  expect((await desk.view(alice)).consent).toEqual({ training: true, since: 5 })
})

test('S3: a copy is everything, one object a line', async () => {
  const { desk } = await opened()
  await desk.consent(alice, true, 5)
  expect((await Array.fromAsync(desk.export(alice))).map((line) => JSON.parse(line))).toEqual([
    { kept: 'messages', word: 'a' },
    { kept: 'messages', word: 'b' },
    { kept: 'votes', word: '+1' },
    { kept: 'messages', word: 'c' },
    { kept: 'choices about training', training: true, at: 5 },
  ])
})

test('S3: erased is erased everywhere, with consent, and again is nothing', async () => {
  const { desk, consents, settled } = await opened()
  await desk.consent(alice, true, 5)
  expect(await desk.erase(alice, 6)).toBe(6)
  expect(await consents.epoch()).toBe(1)
  expect(await desk.erase(alice, 7)).toBe(0)
  expect(await consents.epoch()).toBe(1)
  expect(settled()).toBe(2)
  expect((await desk.view(alice)).kept.every(({ count }) => count === 0)).toBe(true)
})

test('S3: what fails is named, the rest is erased, and a repetition completes it', async () => {
  const { desk, sources } = await opened()
  const [, votes] = sources
  if (votes) votes.breaks = 1
  const failed = await desk.erase(alice, 6).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(ErasureError)
  expect(failed).toMatchObject({
    left: ['votes'],
    message: 'Not everything was erased; still there: votes (the disk is full). Erase again.',
  })
  expect(await desk.erase(alice, 7)).toBe(1)
})

test('S3: who cannot be taken out of what others wrote stays known by name, so that a repetition can do it', async () => {
  const store = openSqliteStore('memory:', quietLog)
  const consents = new Consents(store.keyv('consent'), await Pseudonyms.open(store.keyv('secrets')))
  const traces = { names: new Set(['Alice']), threads: new Set(['t1']) }
  const spoken = Object.assign(memory('messages', ['hello']), { traces: async () => traces })
  let reason = 'Ask Alice.'
  let breaks = 1
  const reasons = Object.assign(memory('reasons', ['why']), {
    unname: async (threads: ReadonlySet<string>, unname: (text: string) => string) => {
      expect(threads).toEqual(traces.threads)
      breaks -= 1
      if (breaks === 0) throw new Error('the disk is full')
      reason = unname(reason)
    },
  })
  const sources = [spoken, reasons]
  const desk = createPrivacy({ consents, sources, settle: async () => {}, log: quietLog })
  const failed = await desk.erase(alice, 1).catch((error: unknown) => error)
  expect(failed).toBeInstanceOf(ErasureError)
  expect(failed).toMatchObject({ left: ['reasons', 'messages'] })
  expect([await spoken.count(alice), await reasons.count(alice)]).toEqual([1, 0])
  expect(await desk.erase(alice, 2)).toBe(1)
  expect(reason).toBe('Ask [erased].')
})
