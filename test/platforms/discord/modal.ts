/** A modal filled in by a person: from the components it showed to the values that are sent. */
import { z } from 'zod'
import type { Modal } from './interactions.ts'
import type { Json } from './state.ts'

export type ModalValues = Readonly<Record<string, string | readonly string[]>>

const field = z.looseObject({
  type: z.number(),
  custom_id: z.string(),
  required: z.boolean().default(true),
  min_length: z.number().optional(),
  max_length: z.number().optional(),
})
const label = z.looseObject({ type: z.literal(18), component: field })
const row = z.looseObject({ type: z.literal(1), components: z.array(field) })
const other = z.looseObject({ type: z.number() })
const shown = z.union([label, row, other])

const isLabel = (part: z.infer<typeof shown>): part is z.infer<typeof label> => label.safeParse(part).success
const isRow = (part: z.infer<typeof shown>): part is z.infer<typeof row> => row.safeParse(part).success

const TEXT_INPUT = 4
const RADIO_GROUP = 21
const CHECKBOX = 23

/** @throws Error for what the client's own form would not let through. */
export function filledIn(modal: Modal, values: ModalValues): Json {
  let nextId = 0
  const unused = new Set(Object.keys(values))
  const fill = (part: z.infer<typeof field>): Json => {
    unused.delete(part.custom_id)
    nextId += 1
    return {
      type: part.type,
      id: nextId,
      custom_id: part.custom_id,
      ...answerOf(part, values[part.custom_id]),
    }
  }
  const components = modal.components.map((component) => {
    const part = shown.parse(component)
    nextId += 1
    const id = nextId
    if (isLabel(part)) return { type: part.type, id, component: fill(part.component) }
    if (isRow(part)) return { type: part.type, id, components: part.components.map(fill) }
    return { type: part.type, id }
  })
  if (unused.size > 0) throw new Error(`The modal has no field ${[...unused].join(', ')}.`)
  return { custom_id: modal.custom_id, components }
}

function answerOf(part: z.infer<typeof field>, given: string | readonly string[] | undefined): Json {
  if (part.type === CHECKBOX) return { value: given === 'true' }
  const empty = given === undefined || given.length === 0
  if (part.required && empty) throw new Error(`The field ${part.custom_id} is required.`)
  if (part.type === RADIO_GROUP) return { value: empty ? null : given }
  if (part.type !== TEXT_INPUT) return { values: empty ? [] : [given].flat() }
  const text = typeof given === 'string' ? given : ''
  if (!empty && (text.length < (part.min_length ?? 0) || text.length > (part.max_length ?? 4000))) {
    throw new Error(`The field ${part.custom_id} does not take ${text.length} characters.`)
  }
  return { value: text }
}
