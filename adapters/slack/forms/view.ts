/**
 * The parts of which modals are made. Pure. What a modal must still know when it is sent stands in its
 * `private_metadata`, so it works after a restart.
 *
 * Limits: docs.slack.dev/reference/views and docs.slack.dev/reference/block-kit.
 */
import type {
  Button,
  HeaderBlock,
  InputBlock,
  KnownBlock,
  ModalView,
  PlainTextElement,
  SectionBlock,
} from '@slack/web-api'
import { split } from '#core/delivery/split.ts'
import { toMrkdwn } from './markdown.ts'

export const FORMS = ['reason', 'correction', 'ballot', 'privacy', 'saying'] as const
export type Form = (typeof FORMS)[number]

/** `callback_id` of a form of ours. */
export const callbackOf = (form: Form): string => `parley:${form}`
export const formOf = (callback: string): Form | undefined =>
  FORMS.find((form) => callback === callbackOf(form))

/** Characters of one text field, and of the text of one section. */
export const LONGEST_FIELD = 3_000

/** A section holds 3,000; what a cut repeats and closes has its place too. */
const SECTION: { readonly unit: 'utf16'; readonly size: number } = { unit: 'utf16', size: 2_900 }

export interface ModalParts {
  readonly form: Form
  readonly title: string
  readonly blocks: readonly KnownBlock[]
  readonly close: string
  /** Needed by every form with fields. */
  readonly send?: string
  /** What comes back with everything that is done in the modal. Up to 3,000 characters as JSON. */
  readonly keeps?: object
  /** Tell us when it is closed. */
  readonly watched?: boolean
}

export function modal({ form, title, blocks, close, send, keeps, watched }: ModalParts): ModalView {
  return {
    type: 'modal',
    callback_id: callbackOf(form),
    title: plain(title),
    close: plain(close),
    blocks: [...blocks],
    ...(send === undefined ? {} : { submit: plain(send) }),
    ...(keeps === undefined ? {} : { private_metadata: JSON.stringify(keeps) }),
    ...(watched ? { notify_on_close: true } : {}),
  }
}

/** A modal that only says something. */
export const saying = (title: string, sentence: string, watched = false): ModalView =>
  modal({ form: 'saying', title, close: 'Close', blocks: sections(sentence), watched })

export const plain = (text: string): PlainTextElement => ({ type: 'plain_text', text })

export const header = (text: string): HeaderBlock => ({ type: 'header', text: plain(text) })

/** Markdown of any length, all of it: `expand` keeps Slack from hiding most of a long text. */
export function sections(markdown: string): readonly SectionBlock[] {
  const parts = split(markdown, SECTION, { measure: (part) => toMrkdwn(part).length })
  return parts.filter((part) => part.trim() !== '').map(section)
}

function section(part: string): SectionBlock {
  const text = toMrkdwn(part)
  // What no cut makes small enough stands as it is written: better than a form that Slack refuses.
  return text.length <= LONGEST_FIELD
    ? { type: 'section', expand: true, text: { type: 'mrkdwn', text } }
    : { type: 'section', expand: true, text: plain(part) }
}

export const button = (label: string, action: string, style?: 'primary' | 'danger'): Button => ({
  type: 'button',
  action_id: `parley:${action}`,
  value: action,
  text: plain(label),
  ...(style === undefined ? {} : { style }),
})

export interface FieldParts {
  readonly id: string
  readonly label: string
  readonly element: InputBlock['element']
  readonly required?: boolean
  readonly hint?: string
}

/** The field's value comes back as `values[id].value`. */
export const field = ({ id, label, element, required = false, hint }: FieldParts): InputBlock => ({
  type: 'input',
  block_id: id,
  label: plain(label),
  element: { ...element, action_id: FIELD_ACTION },
  optional: !required,
  ...(hint === undefined ? {} : { hint: plain(hint) }),
})

export const FIELD_ACTION = 'value'
