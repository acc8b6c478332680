/** Values that programs trip over, and valid samples with such values in them: junk alone never gets far. */
import * as fc from 'fast-check'

/** Deep enough that whoever walks it by calling itself may fall. */
const DEEP = 3_000

const nested = (depth: number): unknown => {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

const texts: readonly string[] = [
  ...['', ' ', '\0', '\ud800', '\udfff\ud800', '\u202e', '\uFEFF', '\r\n\r\n', '%00', '%', '%2e%2e%2f'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length', 'null', 'undefined', 'NaN'],
  ...[
    '../../../etc/passwd',
    '/',
    '\\',
    ':',
    '#',
    '*',
    "'; DROP TABLE kv; --",
    '<script>',
    '$(id)',
    '{{7*7}}',
  ],
  ...['0', '-0', '-1', '1e999', '9007199254740993', '99999999999999999999', '1.7976931348623157e309', '0x10'],
  ...[
    '1700000000.000100',
    '1700000000.',
    '.000100',
    'T'.repeat(300),
    'x'.repeat(20_000),
    '👩‍👩‍👧‍👦'.repeat(500),
    'ﷺ',
  ],
]

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constantFrom(...texts), weight: 4 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 40 }), weight: 2 },
  { arbitrary: fc.string({ maxLength: 300 }), weight: 1 },
)

/** Anything that JSON can say. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  {
    arbitrary: fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, [], {}),
    weight: 40,
  },
  { arbitrary: hostileText, weight: 40 },
  { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 20 },
  {
    arbitrary: fc.constantFrom<unknown>([[]], [null], [{}], { id: null }, nested(20)),
    weight: 10,
  },
  { arbitrary: fc.constant(nested(DEEP)), weight: 1 },
)

/** Of no shape that anybody waits for. */
export const junk: fc.Arbitrary<unknown> = fc.oneof(fc.jsonValue({ maxDepth: 4 }), hostile)

type Path = readonly (string | number)[]

interface Change {
  readonly at: number
  readonly how: 'put' | 'drop' | 'rename' | 'add' | 'repeat' | 'spoil' | 'swap'
  readonly value: unknown
  readonly name: string
  readonly from: number
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(10_000),
  how: fc.constantFrom('put', 'put', 'put', 'drop', 'rename', 'add', 'repeat', 'spoil', 'swap'),
  value: hostile,
  name: hostileText,
  from: fc.nat(10_000),
})

/** One of these, with some of it changed; or, now and then, as it is. */
export function mutated(samples: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.nat(Math.max(0, samples.length - 1)), fc.array(change, { maxLength: 3 }))
    .map(([nth, changes]) => changes.reduce((value, each) => changed(value, each, samples), samples[nth]))
}

/** The same, with exactly one part replaced by something of a kind that it never is. */
export const broken = (sample: unknown, path: Path): fc.Arbitrary<unknown> =>
  fc
    .constantFrom<unknown>(undefined, null, true, [], {}, [[]], { id: {} })
    .map((value) => put(sample, path, value))

function changed(
  value: unknown,
  { at, how, value: given, name, from }: Change,
  samples: readonly unknown[],
): unknown {
  const paths = pathsOf(value)
  const path = paths[at % paths.length] ?? []
  const found = valueAt(value, path)
  switch (how) {
    case 'put':
      return put(value, path, given)
    case 'drop':
      return put(value, path, undefined)
    case 'rename':
      return put(put(value, path, undefined), [...path.slice(0, -1), name], found)
    case 'add':
      return put(value, [...path.slice(0, -1), name], given)
    case 'repeat':
      return put(value, path, [found, found, found])
    case 'spoil':
      return put(value, path, typeof found === 'string' ? spoilt(found, from, name) : given)
    case 'swap': {
      const others = pathsOf(samples[from % samples.length])
      return put(value, path, valueAt(samples[from % samples.length], others[at % others.length] ?? []))
    }
  }
}

const spoilt = (text: string, at: number, with_: string): string => {
  const place = at % (text.length + 1)
  return text.slice(0, place) + with_.slice(0, 50) + text.slice(place + (at % 3))
}

/** Every place in it, the whole of it first. */
export function pathsOf(value: unknown, above: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null || above.length > 12) return [above]
  const inner = Object.entries(value).flatMap(([key, each]) =>
    pathsOf(each, [...above, Array.isArray(value) ? Number(key) : key]),
  )
  return [above, ...inner]
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
    value,
  )

/** @param given undefined takes it out. */
export function put(value: unknown, [first, ...rest]: Path, given: unknown): unknown {
  if (first === undefined) return given
  if (Array.isArray(value)) {
    const list = [...value]
    // A hostile name is no place in a list: one far behind its end would be a list of billions.
    const nth = Math.min(Math.max(0, Math.trunc(Number(first)) || 0), value.length)
    if (rest.length === 0 && given === undefined) list.splice(nth, 1)
    else list[nth] = put(list[nth], rest, given)
    return list
  }
  const inner = typeof value === 'object' && value !== null ? value : {}
  const entries = Object.entries(inner).filter(([key]) => key !== String(first))
  const next = rest.length === 0 ? given : put(Reflect.get(inner, first), rest, given)
  // `fromEntries` makes a key `__proto__` a key like every other, as JSON.parse does.
  return Object.fromEntries(next === undefined ? entries : [...entries, [String(first), next]])
}
