/** Bodies of the shapes that the web API takes, found by themselves: a new shape file is covered as soon as it is there. */
import { readdirSync } from 'node:fs'
import * as fc from 'fast-check'
import { z } from 'zod'
import { hostile, hostileText } from '../hostile.ts'

const FOLDER = new URL('../../../adapters/web/http/', import.meta.url)

/** @param known values for fields of these names, so that what is named exists. */
export async function shapedBodies(
  known: (name: string) => readonly string[],
): Promise<fc.Arbitrary<unknown>> {
  const files = readdirSync(FOLDER).filter((name) => /shapes\.ts$/.test(name))
  const modules: Record<string, unknown>[] = await Promise.all(
    files.map((name) => import(new URL(name, FOLDER).href)),
  )
  const shapes = modules
    .flatMap((each) => Object.values(each))
    .filter((value) => value instanceof z.ZodObject)
  if (shapes.length < 5)
    throw new Error(`Only ${shapes.length} shapes of bodies were found in ${FOLDER.pathname}.`)
  return fc.oneof(
    ...shapes.map((shape) => asBody(z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }), known)),
  )
}

type Schema = z.core.JSONSchema._JSONSchema

function asBody(
  schema: Schema,
  known: (name: string) => readonly string[],
  name = '',
): fc.Arbitrary<unknown> {
  if (typeof schema === 'boolean') return hostile
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return fc.oneof(...either.map((each) => asBody(each, known, name)))
  switch (schema.type) {
    case 'object': {
      const fields: Record<string, fc.Arbitrary<unknown>> = Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, of]) => [key, asBody(of, known, key)]),
      )
      return fc.record(fields, { requiredKeys: [...(schema.required ?? [])] })
    }
    case 'array':
      return fc.array(
        asBody(schema.items === undefined || Array.isArray(schema.items) ? true : schema.items, known, name),
        { maxLength: 4 },
      )
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return fc.oneof(
        fc.integer({ min: 0, max: 5 }),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
      )
    case 'string': {
      const values = known(name)
      const pattern = typeof schema.pattern === 'string' ? matching(schema.pattern) : undefined
      return fc.oneof(
        ...(values.length === 0 ? [] : [{ arbitrary: fc.constantFrom(...values), weight: 6 }]),
        ...(pattern === undefined ? [] : [{ arbitrary: pattern, weight: 4 }]),
        { arbitrary: fc.string({ minLength: 1, maxLength: 30 }), weight: 2 },
        { arbitrary: hostileText, weight: 2 },
      )
    }
    default:
      return hostile
  }
}

/** Not every pattern can be drawn from. */
function matching(pattern: string): fc.Arbitrary<string> | undefined {
  try {
    return fc.stringMatching(new RegExp(pattern))
  } catch {
    return undefined
  }
}
