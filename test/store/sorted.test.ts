import fc from 'fast-check'
import { expect, test } from 'vitest'
import { grouped } from '#core/store/sorted.ts'

interface Item {
  readonly name: string
  readonly value: unknown
}

async function* stream(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items
}

test('what has one name comes together, all of it, once, in the order of the names', async () => {
  // More than are written at once, and names and values of any kind.
  const items = fc.array(fc.record({ name: fc.string({ maxLength: 3 }), value: fc.jsonValue() }), {
    maxLength: 200,
  })
  await fc.assert(
    fc.asyncProperty(items, async (all) => {
      const plain: readonly Item[] = JSON.parse(JSON.stringify(all))
      const groups = await Array.fromAsync(grouped(stream(plain), ({ name }) => name))
      const expected = Map.groupBy(plain, ({ name }) => name)
      expect(groups.length).toBe(expected.size)
      for (const group of groups) {
        const ofName = expected.get(group[0]?.name ?? '')
        const texts = (list: readonly Item[] | undefined) =>
          list?.map((item) => JSON.stringify(item)).toSorted()
        expect(texts(group)).toEqual(texts(ofName))
      }
    }),
    { numRuns: 200 },
  )
})

test('a reader that has enough leaves nothing open', async () => {
  const items = Array.from({ length: 1_000 }, (_, n) => ({ name: String(n % 7), value: n }))
  const seen: (readonly Item[])[] = []
  for await (const group of grouped(stream(items), ({ name }) => name)) {
    seen.push(group)
    if (seen.length === 2) break
  }
  expect(seen.map(([first]) => first?.name)).toEqual(['0', '1'])
})

test('what the source throws is thrown', async () => {
  const broken = async function* () {
    yield { name: 'a', value: 1 }
    throw new Error('the store is down')
  }
  await expect(Array.fromAsync(grouped(broken(), ({ name }) => name))).rejects.toThrow('the store is down')
})
