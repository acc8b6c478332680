/** Block Kit as far as Parley uses it: what the platform refuses, and what a reader reads. */
import type { Block } from './contract.ts'
import { isJson, type Json, listOf, textOf } from './json.ts'
import { SlackFailure } from './request.ts'

const LIMIT = {
  message: 50,
  view: 100,
  /** Characters of all markdown blocks of a message together. */
  markdown: 12_000,
  /** Characters of all texts of a message together; measured, not documented. */
  total: 13_200,
  section: 3_000,
  header: 150,
  actions: 25,
  contextActions: 5,
  tableRows: 100,
  tableColumns: 20,
  /** Characters of all tables of a message together. */
  tables: 10_000,
  context: 10,
  buttonText: 75,
  buttonValue: 2_000,
  id: 255,
  placeholder: 150,
  label: 2_000,
  field: 3_000,
  options: { static_select: 100, radio_buttons: 10, checkboxes: 10 },
} as const

/** In a message only: a view refuses them. */
const MESSAGE_ONLY = new Set(['markdown', 'context_actions', 'task_card', 'plan'])

const TYPES = new Set([
  ...['section', 'divider', 'header', 'image', 'actions', 'context', 'context_actions', 'input', 'markdown'],
  ...['rich_text', 'table', 'data_table', 'alert', 'card', 'carousel', 'container', 'plan', 'task_card'],
  ...['file', 'video', 'call'],
])

/** @throws SlackFailure `invalid_blocks` with a line for each fault, or `msg_blocks_too_long`. */
export function checkBlocks(blocks: readonly Block[], where: 'message' | 'view'): void {
  const faults = blockFaults(blocks, where)
  if (faults.length > 0) throw new SlackFailure('invalid_blocks', faults)
  if (where === 'view') return
  const markdown = blocks.filter((block) => block.type === 'markdown').map((block) => textOf(block.text))
  if (markdown.join('').length > LIMIT.markdown) throw new SlackFailure('msg_blocks_too_long')
  const tables = blocks.filter(({ type }) => type === 'table').flatMap(({ rows }) => texts(rows))
  if (tables.join('').length > LIMIT.tables)
    throw new SlackFailure('invalid_blocks', ['[ERROR] tables too long'])
  if (texts(blocks).join('').length > LIMIT.total) throw new SlackFailure('msg_blocks_too_long')
}

export function blockFaults(blocks: readonly Block[], where: 'message' | 'view'): readonly string[] {
  const most = LIMIT[where]
  const faults =
    blocks.length > most ? [`[ERROR] no more than ${most} items allowed [json-pointer:/blocks]`] : []
  const ids = blocks.map((block) => textOf(block.block_id)).filter((id) => id !== '')
  if (new Set(ids).size < ids.length) faults.push('[ERROR] `block_id` is not unique')
  for (const [index, block] of blocks.entries()) {
    for (const fault of faultsOf(block, where))
      faults.push(`[ERROR] ${fault} [json-pointer:/blocks/${index}]`)
  }
  return faults
}

function faultsOf(block: Block, where: 'message' | 'view'): readonly string[] {
  const elements = elementsOf(block)
  const faults = elements.flatMap(elementFaults)
  if (!TYPES.has(block.type)) faults.push(`unsupported type: ${block.type}`)
  if (where === 'view' && MESSAGE_ONLY.has(block.type)) faults.push(`unsupported type: ${block.type}`)
  if (where === 'message' && block.type === 'input') faults.push('unsupported type: input')
  if (textOf(block.block_id).length > LIMIT.id) faults.push(`block_id longer than ${LIMIT.id}`)
  if (block.type === 'input') faults.push(...inputFaults(block))
  const text = isJson(block.text) ? textOf(block.text.text) : textOf(block.text)
  if (block.type === 'section' && text === '' && listOf(block.fields).length === 0) {
    faults.push('section needs text or fields')
  }
  if (block.type === 'section' && text.length > LIMIT.section)
    faults.push(`text longer than ${LIMIT.section}`)
  if (block.type === 'header' && text.length > LIMIT.header) faults.push(`text longer than ${LIMIT.header}`)
  if (block.type === 'markdown' && text === '') faults.push('must be more than 0 characters')
  if (block.type === 'table') faults.push(...tableFaults(block))
  const most = mostElements(block.type)
  if (most !== undefined && (elements.length > most || elements.length === 0)) {
    faults.push(`${block.type} takes 1 to ${most} elements`)
  }
  return faults
}

function inputFaults({ label, hint, element }: Block): string[] {
  const faults: string[] = []
  if (labelOf(label) === '') faults.push('missing required field: label')
  if (labelOf(label).length > LIMIT.label) faults.push(`label longer than ${LIMIT.label}`)
  if (labelOf(hint).length > LIMIT.label) faults.push(`hint longer than ${LIMIT.label}`)
  if (!isJson(element)) return [...faults, 'missing required field: element']
  if (textOf(element.action_id) === '') faults.push('missing required field: action_id')
  return faults
}

/** What a field begins with must be something that a person could have put there. */
function initialFaults(element: Json): string[] {
  const offered = listOf(element.options).map((option) => JSON.stringify(option))
  const begun = [element.initial_option, ...listOf(element.initial_options)].filter(isJson)
  const faults = begun.every((option) => offered.includes(JSON.stringify(option)))
    ? []
    : ['initial option does not match any of the options']
  if (Array.isArray(element.initial_options) && begun.length === 0) faults.push('no initial options')
  if (element.type !== 'plain_text_input') return faults
  const most = typeof element.max_length === 'number' ? element.max_length : LIMIT.field
  if (most < 1 || most > LIMIT.field) faults.push(`max_length must be from 1 to ${LIMIT.field}`)
  if (textOf(element.initial_value).length > most) faults.push(`initial_value longer than ${most}`)
  return faults
}

function tableFaults({ rows }: Block): string[] {
  const cells = listOf(rows).map((row) => listOf(row).filter(isJson))
  const faults: string[] = []
  if (cells.length === 0 || cells.length > LIMIT.tableRows)
    faults.push(`table takes 1 to ${LIMIT.tableRows} rows`)
  if (cells.some((row) => row.length === 0 || row.length > LIMIT.tableColumns))
    faults.push(`a row takes 1 to ${LIMIT.tableColumns} cells`)
  for (const cell of cells.flat()) {
    if (!['raw_text', 'raw_number', 'rich_text'].includes(textOf(cell.type)))
      faults.push('unsupported type of cell')
    if (cell.type === 'raw_text' && textOf(cell.text) === '') faults.push('must be more than 0 characters')
  }
  return faults
}

function mostElements(type: string): number | undefined {
  if (type === 'actions') return LIMIT.actions
  if (type === 'context_actions') return LIMIT.contextActions
  return type === 'context' ? LIMIT.context : undefined
}

function elementFaults(element: Json): string[] {
  const faults: string[] = []
  const type = textOf(element.type)
  if (textOf(element.action_id).length > LIMIT.id) faults.push(`action_id longer than ${LIMIT.id}`)
  if (labelOf(element.placeholder).length > LIMIT.placeholder)
    faults.push(`placeholder longer than ${LIMIT.placeholder}`)
  faults.push(...initialFaults(element))
  if (type === 'button' || type === 'icon_button') {
    if (labelOf(element.text).length > LIMIT.buttonText) faults.push(`text longer than ${LIMIT.buttonText}`)
    if (textOf(element.value).length > LIMIT.buttonValue)
      faults.push(`value longer than ${LIMIT.buttonValue}`)
  }
  if (type === 'feedback_buttons') {
    for (const side of ['positive_button', 'negative_button']) {
      const button = element[side]
      if (!isJson(button) || labelOf(button.text) === '' || textOf(button.value) === '') {
        faults.push(`${side} needs text and value`)
      }
    }
  }
  if (type === 'static_select' || type === 'radio_buttons' || type === 'checkboxes') {
    const options = listOf(element.options)
    if (options.length === 0 || options.length > LIMIT.options[type]) {
      faults.push(`${type} takes 1 to ${LIMIT.options[type]} options`)
    }
    for (const option of options.filter(isJson)) {
      if (labelOf(option.text) === '') faults.push('option text must be more than 0 characters')
      if (labelOf(option.text).length > LIMIT.buttonText) faults.push('option text longer than 75')
      if (textOf(option.value).length > 150) faults.push('option value longer than 150')
    }
  }
  return faults
}

const labelOf = (text: unknown): string => (isJson(text) ? textOf(text.text) : '')

/** Everything in a block that a person can press or fill in. */
export function elementsOf(block: Block): readonly Json[] {
  const accessory = block.accessory
  const element = block.element
  return [...listOf(block.elements), accessory, element].filter(isJson)
}

/** As the platform stores blocks: each with a `block_id`. */
export function withIds(blocks: readonly Block[], nextId: () => string): readonly Block[] {
  return blocks.map((block) =>
    block.type !== 'markdown' && textOf(block.block_id) === '' ? { ...block, block_id: nextId() } : block,
  )
}

/** The texts of the blocks that carry prose. */
export function proseOf(blocks: readonly Block[]): string {
  return blocks
    .filter((block) => ['markdown', 'section', 'header', 'table'].includes(block.type))
    .map((block) =>
      block.type === 'table' ? rowsOf(block) : isJson(block.text) ? block.text.text : block.text,
    )
    .map(textOf)
    .join('\n')
}

/** A line a row, with a bar between its cells. */
const rowsOf = ({ rows }: Block): string =>
  listOf(rows)
    .map((row) =>
      listOf(row)
        .map((cell) => texts(cell).join(''))
        .join(' | '),
    )
    .join('\n')

function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(texts)
  if (!isJson(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'text' && typeof inner === 'string' ? [inner] : texts(inner),
  )
}
