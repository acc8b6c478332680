import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'

/** Nobody waits for it here. */
const AN_HOUR_MS = 3_600_000

test('a sleep ends by itself', async () => {
  await expect(systemClock.sleep(1, new AbortController().signal)).resolves.toBeUndefined()
  await expect(systemClock.sleep(0)).resolves.toBeUndefined()
})

test('a sleep that is cut short rejects with the reason of its signal', async () => {
  const waking = new AbortController()
  const slept = systemClock.sleep(AN_HOUR_MS, waking.signal)
  const reason = new Error('woken')
  waking.abort(reason)
  await expect(slept).rejects.toBe(reason)
})

test('no sleep begins when its signal is aborted already', async () => {
  const reason = new Error('over')
  await expect(systemClock.sleep(AN_HOUR_MS, AbortSignal.abort(reason))).rejects.toBe(reason)
})
