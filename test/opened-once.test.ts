import { expect, test } from 'vitest'
import { openedOnce } from '#core/opened-once.ts'

test('it is opened by the first who needs it, and kept for all others', async () => {
  let opened = 0
  const open = openedOnce(async () => {
    opened += 1
    return { nth: opened }
  })
  expect(opened).toBe(0)
  const [first, meanwhile] = await Promise.all([open(), open()])
  expect(meanwhile).toBe(first)
  expect(await open()).toBe(first)
  expect(opened).toBe(1)
})

test('after a failure, the next one tries again', async () => {
  let tries = 0
  const open = openedOnce(async () => {
    tries += 1
    if (tries === 1) throw new Error('the disk is gone')
    return 'opened'
  })
  await expect(open()).rejects.toThrow('the disk is gone')
  expect(await open()).toBe('opened')
})
