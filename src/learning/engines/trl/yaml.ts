import * as z from 'zod'

/**
 * YAML as Python reads it (1.1): `no` is false there and `1e-5` is a text, so every text is quoted and every fraction
 * has a point.
 */
export const yamlValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()).readonly(),
  z.record(z.string(), z.string()).readonly(),
])
export type YamlValue = z.infer<typeof yamlValue>

export const yamlOf = (values: Readonly<Record<string, YamlValue>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}:${entryOf(value)}\n`)
    .join('')

function entryOf(value: YamlValue): string {
  if (typeof value !== 'object') return ` ${scalar(value)}`
  if (isList(value)) return ` [${value.map(scalar).join(', ')}]`
  const entries = Object.entries(value).map(([name, each]) => `\n  ${name}: ${scalar(each)}`)
  return entries.length === 0 ? ' {}' : entries.join('')
}

const isList = (value: object): value is readonly string[] => Array.isArray(value)

const scalar = (value: string | number | boolean): string =>
  typeof value === 'number' ? numberText(value) : JSON.stringify(value)

function numberText(value: number): string {
  const text = String(value)
  return /e/.test(text) && !text.includes('.') ? text.replace('e', '.0e') : text
}
