import { expect, test } from 'vitest'
import { Readings } from '#adapters/discord/readings.ts'
import { settle } from '#test/virtual-clock.ts'

function planned(channels: number) {
  const readings = new Readings()
  const read: string[] = []
  const gate = Promise.withResolvers<void>()
  /** As a session does that begins at `since`. */
  const begin = (since: number) =>
    Array.from({ length: channels }, (_, nth) => `c${nth}`).flatMap(
      (id) =>
        readings
          .plan(id, since, () => {
            read.push(id)
            return gate.promise
          })
          ?.call(undefined) ?? [],
    )
  return { begin, read, gate }
}

test('T1: sessions that end before all is read do not make more and more to read', async () => {
  const { begin, read, gate } = planned(10)
  const reads = begin(1_000)
  await settle()
  expect(read).toEqual(['c0', 'c1', 'c2', 'c3'])
  reads.push(...begin(1_000), ...begin(2_000))
  gate.resolve()
  await Promise.all(reads)
  // Those that were being read may have missed something by then.
  expect(read.toSorted()).toEqual(
    ['c0', 'c0', 'c1', 'c1', 'c2', 'c2', 'c3', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'].toSorted(),
  )
})

test('T1: a session that was not heard for longer reads further back', async () => {
  const { begin, read, gate } = planned(5)
  const reads = begin(2_000)
  await settle()
  reads.push(...begin(1_000))
  gate.resolve()
  await Promise.all(reads)
  expect(read.filter((id) => id === 'c4')).toHaveLength(2)
})
