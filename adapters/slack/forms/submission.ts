/** A form that was sent. Pure (rules F1, S6). */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type Self, slackId } from '../inbound.ts'
import { FIELD_ACTION, type Form, formOf } from './view.ts'

export interface Submission {
  /**
   * The same for every delivery of one press on Send, and when the same is sent again because the answer was lost.
   * Made of the form and of what is in it: Slack names neither the press nor its time.
   */
  readonly id: string
  readonly form: Form
  readonly user: string
  /** What the form kept, unchecked. */
  readonly kept: unknown
  readonly values: Values
}

const option = z.object({ value: z.string() })
const fieldSchema = z.object({
  value: z.string().nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
})
export type FieldValue = z.infer<typeof fieldSchema>

const submissionSchema = z.object({
  type: z.literal('view_submission'),
  user: z.object({ id: slackId }),
  view: z.object({
    id: slackId,
    callback_id: z.string(),
    private_metadata: z.string().nullish(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), fieldSchema)) }).nullish(),
  }),
})

/** `undefined` for what is no form of ours. Source: docs.slack.dev/reference/interaction-payloads/view-interactions-payload. */
export function readSubmission(body: unknown, self: Self): Submission | undefined {
  const read = submissionSchema.safeParse(body)
  if (!read.success) return undefined
  const { user, view } = read.data
  const form = formOf(view.callback_id)
  if (form === undefined || user.id === self.user) return undefined
  const fields = Object.entries(view.state?.values ?? {}).flatMap(([id, inner]) => {
    const found = inner[FIELD_ACTION]
    return found === undefined ? [] : [[id, found] as const]
  })
  const digest = createHash('sha256')
    .update(JSON.stringify(fields.toSorted(byName)))
    .digest('hex')
  return {
    id: ['slack', self.team, 'form', view.id, user.id, digest].join(':'),
    ...{ form, user: user.id },
    kept: parsed(view.private_metadata ?? ''),
    values: new Values(new Map(fields)),
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What was filled in, by field. A field that was left out is empty. */
export class Values {
  readonly #fields: ReadonlyMap<string, FieldValue>

  constructor(fields: ReadonlyMap<string, FieldValue>) {
    this.#fields = fields
  }

  text(id: string): string {
    return this.#fields.get(id)?.value ?? ''
  }

  choice(id: string): string | undefined {
    return this.#fields.get(id)?.selected_option?.value
  }

  choices(id: string): readonly string[] {
    return this.#fields.get(id)?.selected_options?.map(({ value }) => value) ?? []
  }
}
