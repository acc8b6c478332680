/**
 * What Discord takes as a component of a message or of a modal, as of November 2026.
 *
 * @see https://docs.discord.com/developers/components/reference
 */
import { z } from 'zod'
import { type FieldProblem, FormError, refuseField } from './api-error.ts'
import { problemOf } from './form-problem.ts'

export const Part = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  section: 9,
  text: 10,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  upload: 19,
  radio: 21,
  checkboxes: 22,
  checkbox: 23,
} as const

const SELECTS: readonly number[] = [3, 5, 6, 7, 8]
/** At the top of a message that is made of components. */
const TOP: readonly number[] = [1, 9, 10, 12, 13, 14, 17]
/** Inside of a container. */
const CONTAINED: readonly number[] = [1, 9, 10, 12, 13, 14]
/** Inside of a label; it holds exactly one. */
const LABELLED: readonly number[] = [...SELECTS, 4, 19, 21, 22, 23]

const customId = z.string().min(1).max(100)
const option = z.looseObject({
  label: z.string().min(1).max(100),
  value: z.string().min(1).max(100),
  description: z.string().max(100).optional(),
  default: z.boolean().optional(),
})
const values = (most: number) => ({
  min_values: z.number().int().min(0).max(most).optional(),
  max_values: z.number().int().min(1).max(most).optional(),
})

const FORMS: Readonly<Record<number, z.ZodType>> = {
  [Part.button]: z.looseObject({
    style: z.number().int().min(1).max(6),
    label: z.string().max(80).optional(),
  }),
  [Part.stringSelect]: z.looseObject({
    custom_id: customId,
    options: z.array(option).min(1).max(25),
    placeholder: z.string().max(150).optional(),
    ...values(25),
  }),
  [Part.textInput]: z.looseObject({
    custom_id: customId,
    style: z.union([z.literal(1), z.literal(2)]),
    min_length: z.number().int().min(0).max(4000).optional(),
    max_length: z.number().int().min(1).max(4000).optional(),
    value: z.string().max(4000).optional(),
    placeholder: z.string().max(100).optional(),
  }),
  [Part.text]: z.looseObject({ content: z.string().min(1) }),
  [Part.label]: z.looseObject({
    label: z.string().min(1).max(45),
    description: z.string().max(100).optional(),
    component: z.looseObject({ type: z.number() }),
  }),
  [Part.upload]: z.looseObject({ custom_id: customId, ...values(10) }),
  [Part.radio]: z.looseObject({ custom_id: customId, options: z.array(option).min(2).max(10) }),
  [Part.checkboxes]: z.looseObject({
    custom_id: customId,
    options: z.array(option).min(1).max(10),
    ...values(10),
  }),
  [Part.checkbox]: z.looseObject({ custom_id: customId, default: z.boolean().optional() }),
}

const choosing = z.looseObject({
  options: z.array(option).default([]),
  min_values: z.number().optional(),
  max_values: z.number().optional(),
  required: z.boolean().optional(),
  disabled: z.boolean().optional(),
})

const nested = z.looseObject({
  type: z.number(),
  custom_id: z.string().optional(),
  components: z.array(z.unknown()).optional(),
  component: z.unknown().optional(),
  accessory: z.unknown().optional(),
})
type Nested = z.infer<typeof nested>

export type Where = 'message' | 'v2 message' | 'modal'

type Path = readonly (string | number)[]

/** @throws FormError for what Discord would not take. */
export function checkComponents(
  components: readonly unknown[],
  where: Where,
  at: Path = ['components'],
): void {
  const top = where === 'modal' ? [Part.label, Part.text, Part.row] : where === 'message' ? [Part.row] : TOP
  const ids = checkAll(components, top, where, at)
  if (new Set(ids).size < ids.length) {
    refuseField(at, 'COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated')
  }
}

/** @returns every custom_id. */
function checkAll(
  components: readonly unknown[],
  allowed: readonly number[],
  where: Where,
  at: Path,
): readonly string[] {
  return components.flatMap((component, index) => check(component, allowed, where, [...at, index]))
}

function check(component: unknown, allowed: readonly number[], where: Where, at: Path): readonly string[] {
  const part = parseAt(nested, component, at)
  if (!allowed.includes(part.type)) {
    const message = `Value of field "type" must be one of (${allowed.join(', ')},).`
    refuseField([...at, 'type'], 'UNION_TYPE_CHOICES', message)
  }
  const form = FORMS[part.type]
  if (form !== undefined) parseAt(form, component, at)
  if (part.type === Part.button) checkButton(component, at)
  checkChoices(component, where, at)
  const own = part.custom_id === undefined ? [] : [part.custom_id]
  return [...own, ...inside(part, where, at)]
}

function inside(part: Nested, where: Where, at: Path): readonly string[] {
  const components = part.components ?? []
  const below = [...at, 'components']
  switch (part.type) {
    case Part.row: {
      checkRow(components, below)
      const allowed = where === 'modal' ? [Part.textInput] : [Part.button, ...SELECTS]
      return checkAll(components, allowed, where, below)
    }
    case Part.container:
      return checkAll(components, CONTAINED, where, below)
    case Part.section:
      return [
        ...checkAll(components, [Part.text], where, below),
        ...(part.accessory === undefined ? [] : check(part.accessory, [2, 11], where, [...at, 'accessory'])),
      ]
    case Part.label:
      return check(part.component, LABELLED, where, [...at, 'component'])
    default:
      return []
  }
}

/** Up to five buttons, or one menu. */
function checkRow(components: readonly unknown[], at: Path): void {
  const types = components.map((each) => nested.safeParse(each).data?.type)
  const most = types.some((type) => type !== Part.button) ? 1 : 5
  if (types.length >= 1 && types.length <= most) return
  refuseField(at, 'BASE_TYPE_BAD_LENGTH', `Must be between 1 and ${most} in length.`)
}

const LINK_STYLE = 5
const button = z.looseObject({
  style: z.number(),
  label: z.string().optional(),
  emoji: z.unknown().optional(),
  custom_id: customId.optional(),
})

function checkButton(component: unknown, at: Path): void {
  const { style, label, emoji, custom_id } = parseAt(button, component, at)
  if ((label ?? '') === '' && emoji === undefined) {
    refuseField([...at, 'label'], 'BASE_TYPE_REQUIRED', 'A button must have a label or an emoji')
  }
  if (style < LINK_STYLE && custom_id === undefined) {
    refuseField([...at, 'custom_id'], 'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required')
  }
}

/** What menus, radio buttons and check boxes have in common. */
function checkChoices(component: unknown, where: Where, at: Path): void {
  const {
    options,
    min_values: least,
    max_values: most,
    required,
    disabled,
  } = parseAt(choosing, component, at)
  if (where === 'modal' && disabled !== undefined) {
    refuseField([...at, 'disabled'], 'COMPONENT_DISABLED_IN_MODAL', 'Components in modals cannot be disabled')
  }
  if (where === 'modal' && required !== false && least === 0) {
    refuseField([...at, 'min_values'], 'BASE_TYPE_MIN_LENGTH', 'A required component needs at least 1')
  }
  const given = options.map(({ value }) => value)
  if (new Set(given).size < given.length) {
    refuseField(
      [...at, 'options'],
      'SELECT_COMPONENT_OPTION_VALUE_DUPLICATED',
      'Option values must be unique',
    )
  }
  if (most !== undefined && ((least ?? 0) > most || (options.length > 0 && most > options.length))) {
    refuseField([...at, 'max_values'], 'BASE_TYPE_BAD_LENGTH', `${most} is not possible here`)
  }
  const chosen = options.filter((each) => each.default === true).length
  if (options.length > 0 && chosen > (most ?? mostOf(component))) {
    refuseField([...at, 'options'], 'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES', 'Too many default options')
  }
}

/** How many a component lets people choose that does not say so. */
function mostOf(component: unknown): number {
  const { type, options } = z.object({ type: z.number(), options: z.array(z.unknown()) }).parse(component)
  return type === Part.checkboxes ? options.length : 1
}

function parseAt<T>(schema: z.ZodType<T>, value: unknown, at: Path): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems: readonly FieldProblem[] = parsed.error.issues.map(problemOf)
  throw new FormError(problems.map((problem) => ({ ...problem, path: [...at, ...problem.path] })))
}
