import { expect, test } from 'vitest'
import { Lanes } from '#adapters/discord/lanes.ts'
import { withPatience } from '#adapters/discord/patience.ts'
import { VirtualClock } from '#test/virtual-clock.ts'

test('T2: events of one channel wait for each other, those of another do not', async () => {
  const lanes = new Lanes()
  const slow = Promise.withResolvers<void>()
  const log: string[] = []
  lanes.run('a', async () => {
    await slow.promise
    log.push('a1')
  })
  lanes.run('a', async () => void log.push('a2'))
  lanes.run('b', async () => void log.push('b1'))
  const idle = lanes.idle().then(() => log.push('idle'))
  await Promise.resolve().then(() => Promise.resolve())
  expect(log).toEqual(['b1'])
  slow.resolve()
  await idle
  expect(log).toEqual(['b1', 'a1', 'a2', 'idle'])
})

test('a store that fails for some seconds loses no event', async () => {
  const clock = new VirtualClock()
  let tries = 0
  const task = async () => {
    tries += 1
    if (clock.now() < 3_000) throw new Error('the store is down')
  }
  const done = withPatience(task, clock, new AbortController().signal)
  await clock.advance(10_000)
  await done
  expect(tries).toBe(4)
})

test('patience ends with the last error', async () => {
  const clock = new VirtualClock()
  const failing = withPatience(
    async () => {
      throw new Error(`down at ${clock.now()}`)
    },
    clock,
    new AbortController().signal,
  )
  const outcome = expect(failing).rejects.toThrow('down at 29250')
  await clock.advance(60_000)
  await outcome
})
