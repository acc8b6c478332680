/** A modal filled in by a person: from the components it showed to the values that are sent. */
import { z } from 'zod'
import { Part } from './component-rules.ts'
import type { ModalFile, ModalValues } from './contract.ts'
import type { Modal } from './interactions.ts'
import type { Json } from './state.ts'

const field = z.looseObject({
  type: z.number(),
  custom_id: z.string(),
  required: z.boolean().default(true),
  min_length: z.number().optional(),
  max_length: z.number().optional(),
  min_values: z.number().optional(),
  max_values: z.number().optional(),
  /** What it was filled with. */
  value: z.string().optional(),
  default: z.boolean().default(false),
  options: z.array(z.looseObject({ value: z.string(), default: z.boolean().default(false) })).default([]),
})
type Field = z.infer<typeof field>
type Given = ModalValues[string] | undefined

const label = z.looseObject({ type: z.literal(18), component: field })
const row = z.looseObject({ type: z.literal(1), components: z.array(field) })
const other = z.looseObject({ type: z.number() })
const shown = z.union([label, row, other])

const isLabel = (part: z.infer<typeof shown>): part is z.infer<typeof label> => label.safeParse(part).success
const isRow = (part: z.infer<typeof shown>): part is z.infer<typeof row> => row.safeParse(part).success

/**
 * @param upload keeps a file and gives its id.
 * @throws Error for what the client's own form would not let through.
 */
export function filledIn(modal: Modal, values: ModalValues, upload: (file: ModalFile) => string): Json {
  let nextId = 0
  const unused = new Set(Object.keys(values))
  const fill = (part: Field): Json => {
    unused.delete(part.custom_id)
    nextId += 1
    return {
      type: part.type,
      id: nextId,
      custom_id: part.custom_id,
      ...answerOf(part, values[part.custom_id], upload),
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

function answerOf(part: Field, given: Given, upload: (file: ModalFile) => string): Json {
  switch (part.type) {
    case Part.checkbox:
      return { value: given === undefined ? part.default : given === 'true' }
    case Part.textInput:
      return { value: textOf(part, given ?? part.value ?? '') }
    case Part.upload:
      return { values: counted(part, filesIn(given).map(upload)) }
    case Part.radio: {
      const [value] = counted(part, choicesIn(part, given))
      return { value: value ?? null }
    }
    default:
      return { values: counted(part, choicesIn(part, given)) }
  }
}

function textOf({ custom_id, required, min_length = 0, max_length = 4000 }: Field, given: Given): string {
  if (typeof given !== 'string') throw new Error(`The field ${custom_id} takes text.`)
  if (required && given === '') throw new Error(`The field ${custom_id} is required.`)
  if (given !== '' && (given.length < min_length || given.length > max_length)) {
    throw new Error(`The field ${custom_id} does not take ${given.length} characters.`)
  }
  return given
}

/** What people leave alone stays as it was filled. */
function choicesIn({ custom_id, options }: Field, given: Given): readonly string[] {
  if (given === undefined) return options.flatMap((option) => (option.default ? [option.value] : []))
  const chosen = [given].flat().map((each) => (typeof each === 'string' ? each : each.name))
  const strange = chosen.filter((value) => !options.some((option) => option.value === value))
  if (options.length > 0 && strange.length > 0)
    throw new Error(`${custom_id} offers no ${strange.join(', ')}.`)
  return chosen
}

const filesIn = (given: Given): readonly ModalFile[] =>
  typeof given === 'object' ? given.flatMap((each) => (typeof each === 'string' ? [] : [each])) : []

function counted(part: Field, chosen: readonly string[]): readonly string[] {
  const { custom_id, required, min_values, max_values } = part
  if (chosen.length === 0) {
    if (required) throw new Error(`The field ${custom_id} is required.`)
    return chosen
  }
  const most = max_values ?? (part.type === Part.checkboxes ? part.options.length : 1)
  if (chosen.length < (min_values ?? 1) || chosen.length > most) {
    throw new Error(`The field ${custom_id} does not take ${chosen.length} choices.`)
  }
  return chosen
}
