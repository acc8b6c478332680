/** The body of a message, checked as Discord checks it: shape first, then what fields mean together. */
import { z } from 'zod'
import { FormError, refuse, refuseField } from './api-error.ts'
import { checkComponents } from './component-rules.ts'
import type { SeenComponent } from './contract.ts'
import { problemOf } from './form-problem.ts'
import type { Json } from './state.ts'

export const MessageFlag = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15,
} as const

const TEXT_DISPLAY = 10

const id = z.string().regex(/^\d{17,20}$/)

const component: z.ZodType<SeenComponent> = z.lazy(() =>
  z.looseObject({
    type: z.number().int(),
    custom_id: z.string().min(1).max(100).exactOptional(),
    label: z.string().max(80).exactOptional(),
    style: z.number().exactOptional(),
    disabled: z.boolean().exactOptional(),
    content: z.string().exactOptional(),
    components: z.array(component).exactOptional(),
    accessory: component.exactOptional(),
  }),
)

const embed = z.looseObject({
  title: z.string().max(256).nullish(),
  description: z.string().max(4096).nullish(),
  fields: z
    .array(z.looseObject({ name: z.string().min(1).max(256), value: z.string().min(1).max(1024) }))
    .max(25)
    .nullish(),
  footer: z.looseObject({ text: z.string().max(2048) }).nullish(),
  author: z.looseObject({ name: z.string().max(256) }).nullish(),
})

const allowedMentions = z.object({
  parse: z.array(z.enum(['users', 'roles', 'everyone'])).optional(),
  users: z.array(id).max(100).optional(),
  roles: z.array(id).max(100).optional(),
  replied_user: z.boolean().optional(),
})

const messageBody = z.object({
  content: z.string().max(2000).nullish(),
  nonce: z.union([z.string().max(25), z.number().int()]).nullish(),
  enforce_nonce: z.boolean().nullish(),
  embeds: z.array(embed).max(10).nullish(),
  components: z.array(component).nullish(),
  flags: z.number().int().nullish(),
  allowed_mentions: allowedMentions.nullish(),
  message_reference: z
    .looseObject({ message_id: id, fail_if_not_exists: z.boolean().optional(), type: z.number().optional() })
    .nullish(),
  attachments: z
    .array(z.looseObject({ id: z.union([z.string(), z.number()]) }))
    .max(10)
    .nullish(),
  poll: z.looseObject({}).nullish(),
  sticker_ids: z.array(id).nullish(),
})

export type MessageBody = z.infer<typeof messageBody>

/** @throws FormError with Discord's own code for each field. */
export function parseForm<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  throw new FormError(parsed.error.issues.map(problemOf))
}

/** @throws FormError for a body that no message may have. */
export function parseMessage(body: unknown): MessageBody {
  const parsed = parseForm(messageBody, body)
  const { allowed_mentions: allowed, embeds } = parsed
  for (const kind of ['users', 'roles'] as const) {
    if (allowed?.parse?.includes(kind) === true && (allowed[kind] ?? []).length > 0) {
      const message = `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`
      refuseField(['allowed_mentions'], 'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE', message)
    }
  }
  if (embedSize(embeds ?? []) > 6000) {
    refuseField(['embeds'], 'MAX_EMBED_SIZE_EXCEEDED', 'Embed size exceeds maximum size of 6000')
  }
  return parsed
}

export interface Shape {
  readonly content: string
  readonly embeds: readonly Json[]
  readonly components: readonly SeenComponent[]
  readonly flags: number
  readonly attachments: number
}

/**
 * A message as it would be after the request.
 *
 * @throws ApiError 50006 when nothing would be shown; FormError when components break their rules.
 */
export function checkShape(shape: Shape): void {
  const { content, embeds, components, flags, attachments } = shape
  const all = flatten(components)
  if ((flags & MessageFlag.componentsV2) !== 0) checkV2(shape, all)
  else checkV1(components)
  if (content === '' && embeds.length + components.length + attachments === 0) refuse(50006)
}

function checkV1(rows: readonly SeenComponent[]): void {
  if (rows.length > 5) refuseField(['components'], 'BASE_TYPE_MAX_LENGTH', 'Must be 5 or fewer in length.')
  checkComponents(rows, 'message')
}

function checkV2({ content, embeds, components }: Shape, all: readonly SeenComponent[]): void {
  const code = 'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2'
  const say = (field: string) =>
    `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`
  if (content !== '') refuseField(['content'], code, say('content'))
  if (embeds.length > 0) refuseField(['embeds'], code, say('embeds'))
  if (components.length === 0) refuse(50006)
  checkComponents(components, 'v2 message')
  if (all.length > 40)
    refuseField(
      ['components'],
      'COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED',
      'The total number of components exceeds 40',
    )
  const text = all.reduce(
    (sum, part) => sum + (part.type === TEXT_DISPLAY ? (part.content ?? '').length : 0),
    0,
  )
  if (text > 4000) {
    refuseField(
      ['components'],
      'COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED',
      'The total displayable text exceeds 4000',
    )
  }
}

export const flatten = (components: readonly SeenComponent[]): readonly SeenComponent[] =>
  components.flatMap((part) => [
    part,
    ...flatten(part.components ?? []),
    ...flatten(part.accessory === undefined ? [] : [part.accessory]),
  ])

const embedSize = (embeds: readonly z.infer<typeof embed>[]): number =>
  embeds
    .flatMap(({ title, description, fields, footer, author }) => [
      title,
      description,
      footer?.text,
      author?.name,
      ...(fields ?? []).flatMap(({ name, value }) => [name, value]),
    ])
    .reduce((sum, text) => sum + (text ?? '').length, 0)
