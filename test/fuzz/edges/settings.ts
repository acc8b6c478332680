import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { ConfigErrors } from '#config/problems.ts'
import { everySetting } from '#config/settings.ts'
import { configured } from '#test/config/given.ts'
import { edge } from '../edge.ts'
import { hostile, hostileText } from '../hostile.ts'

interface Given {
  readonly env: Readonly<Record<string, string>>
  readonly yaml: string | undefined
}

/** Milliseconds. An operator's file is read once; a few kilobytes of it must not keep the start waiting. */
const LONGEST_MS = 2_000

/** Aliases of aliases: a few lines that would be gigabytes. */
const BOMB = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...'bcdefghi'.split('').map((name, nth) => `${name}: &${name} [${`*${'abcdefgh'[nth]},`.repeat(9)}]`),
].join('\n')

/** The environment and `parley.yaml`: either settings, or one error that says what is wrong. */
export const settingsEdge = edge<Given>('settings', 10, async () => {
  const example = readFileSync('config/parley.example.yaml', 'utf8')
  const lines = example.split('\n')
  const right = everySetting.flatMap(({ preset, example: text }) => preset ?? text ?? [])
  const value = fc.oneof(
    hostileText,
    fc.constantFrom(...right),
    fc.constantFrom('off', 'on', '1', '{', '[]', 'memory:'),
  )
  const env = fc.dictionary(
    fc.oneof(
      { arbitrary: fc.constantFrom(...everySetting.map((setting) => setting.env)), weight: 6 },
      { arbitrary: fc.string({ maxLength: 12 }).map((name) => `PARLEY_${name}`), weight: 1 },
    ),
    value,
    { maxKeys: 8 },
  )
  const someLine = fc.oneof(
    fc.constantFrom(...lines),
    fc.constantFrom(...lines.map((line) => line.replace('# ', ''))),
    fc
      .tuple(
        fc.constantFrom('  ', '', '\t', '- '),
        fc.constantFrom(...everySetting.map(({ path }) => path.at(-1) ?? '')),
        value,
      )
      .map(([indent, name, text]) => `${indent}${name}: ${text}`),
    hostileText,
    fc.constantFrom(
      '%YAML 9',
      '---',
      '...',
      '? [a]',
      '!!js/function x: 1',
      '&a',
      '*a',
      '<<: *a',
      '"',
      "'",
      '{',
      '- -',
      '!<tag:x> y',
      ': :',
    ),
  )
  const yaml = fc.oneof(
    { arbitrary: fc.array(someLine, { maxLength: 30 }).map((all) => all.join('\n')), weight: 30 },
    { arbitrary: hostile.map((given) => JSON.stringify(given)), weight: 10 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 400 }), weight: 10 },
    {
      arbitrary: fc.constantFrom(BOMB, '['.repeat(20_000), `${'a: '.repeat(5_000)}`, '{a: '.repeat(3_000)),
      weight: 1,
    },
  )
  return {
    invalid: fc.record({ env: fc.constant({}), yaml }),
    wild: fc.record({ env, yaml: fc.option(yaml, { nil: undefined }) }),
    async take(given) {
      const started = performance.now()
      const config = await configured(given.env, given.yaml).catch((thrown: unknown) => thrown)
      if (config instanceof Error && !(config instanceof ConfigErrors)) throw config
      const ms = performance.now() - started
      if (ms > LONGEST_MS) throw new Error(`It took ${Math.round(ms)} ms.`)
    },
    [Symbol.asyncDispose]: async () => {},
  }
})
