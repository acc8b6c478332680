/** What a person filled into a view, in the shape that a submission carries (`view.state.values`). */
import { elementsOf } from './blocks.ts'
import type { Block, ViewValues } from './contract.ts'
import { isJson, type Json, listOf, textOf } from './json.ts'

/**
 * The state of a view with `values` filled in. Fields left alone keep their initial value.
 *
 * @param sent false while the person still fills it in: required fields may be empty.
 *
 * @throws Error when the view has no such field, or the client would not let the person send it.
 */
export function filledIn(blocks: readonly Block[], values: ViewValues, sent = true): Json {
  const fields = blocks.flatMap((block) => {
    if (block.type !== 'input' && block.type !== 'actions' && block.type !== 'section') return []
    return elementsOf(block).map((element) => ({ block, element, blockId: textOf(block.block_id) }))
  })
  const known = new Set(fields.map(({ blockId, element }) => `${blockId}/${textOf(element.action_id)}`))
  for (const [blockId, inner] of Object.entries(values)) {
    for (const actionId of Object.keys(inner)) {
      if (known.has(`${blockId}/${actionId}`)) continue
      throw new Error(`The view has no field ${blockId}/${actionId}; it has ${[...known].join(', ')}.`)
    }
  }
  const state: Record<string, Json> = {}
  for (const { block, element, blockId } of fields) {
    const actionId = textOf(element.action_id)
    if (!(textOf(element.type) in EMPTY)) continue
    const given = values[blockId]?.[actionId]
    const field = given === undefined ? initial(element) : filled(element, given)
    const required = block.type === 'input' && block.optional !== true
    if (sent && required && isEmpty(field)) throw new Error(`The view asks for ${blockId}/${actionId}.`)
    state[blockId] = { ...state[blockId], [actionId]: field }
  }
  return { values: state }
}

/** Kinds of field that a submission reports, and the key of their value. */
const EMPTY = {
  plain_text_input: 'value',
  rich_text_input: 'rich_text_value',
  static_select: 'selected_option',
  radio_buttons: 'selected_option',
  checkboxes: 'selected_options',
} as const

function isEmpty(field: Json): boolean {
  return Object.entries(field).every(
    ([key, value]) => key === 'type' || value === null || (Array.isArray(value) && value.length === 0),
  )
}

function initial(element: Json): Json {
  const type = textOf(element.type)
  switch (type) {
    case 'plain_text_input':
      return { type, value: element.initial_value ?? null }
    case 'rich_text_input':
      return { type, rich_text_value: element.initial_value ?? null }
    case 'checkboxes':
      return { type, selected_options: element.initial_options ?? [] }
    default:
      return { type, selected_option: element.initial_option ?? null }
  }
}

function filled(element: Json, given: string | Json): Json {
  const type = textOf(element.type)
  if (typeof given !== 'string') return { type, ...given }
  switch (type) {
    case 'plain_text_input':
      checkLength(element, given)
      return { type, value: given === '' ? null : given }
    case 'rich_text_input':
      return { type, rich_text_value: richText(given) }
    case 'checkboxes':
      return {
        type,
        selected_options: given === '' ? [] : given.split(',').map((value) => option(element, value)),
      }
    default:
      return { type, selected_option: option(element, given) }
  }
}

function checkLength(element: Json, text: string): void {
  const most = typeof element.max_length === 'number' ? element.max_length : 3_000
  const least = typeof element.min_length === 'number' ? element.min_length : 0
  if (text.length > most || text.length < least) {
    throw new Error(`The field takes ${least} to ${most} characters, and got ${text.length}.`)
  }
}

/** The option with this value, as the element offers it. */
export function option(element: Json, value: string): Json {
  const options = listOf(element.options).filter(isJson)
  const found = options.find((candidate) => candidate.value === value)
  if (found !== undefined) return found
  throw new Error(`No option "${value}"; there are ${options.map((o) => textOf(o.value)).join(', ')}.`)
}

const richText = (text: string): Json => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
})
