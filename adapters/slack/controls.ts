/**
 * What people can press below a reply, as Block Kit, and what a press names. Pure (rules F3, T5).
 *
 * All state is in the ids, so a press works after a restart. The reply is in `action_id` too: Slack shows a pressed
 * thumb as pressed for as long as that stays the same, and another candidate has not been judged yet.
 *
 * Source: docs.slack.dev/reference/block-kit/blocks/context-actions-block.
 */
import type { ActionsBlock, Button, ContextActionsBlock, PlainTextElement } from '@slack/web-api'
import type { Control } from '#core/delivery/surface.ts'
import type { Look } from './offers.ts'

const LABELS: Readonly<Record<Control, string>> = {
  stop: 'Stop',
  good: 'Good',
  bad: 'Bad',
  regenerate: 'Regenerate',
  correct: 'Write a better reply',
  compare: 'Compare answers',
}

/** Matches every `action_id` of ours. */
export const ACTION_IDS = /^parley:/

/** `reason` and `rank` stand in messages of their own: below a vote that is noted, and in an invitation. */
export type Pressed =
  | { readonly control: Control | 'reason'; readonly reply: string }
  | { readonly control: 'rank'; readonly task: string }

/**
 * The blocks below a message.
 *
 * @param reply the reply's id, a UUID: ids may be 255 characters long.
 */
export function controlBlocks(
  controls: readonly Control[],
  reply: string,
  look: Look,
): (ContextActionsBlock | ActionsBlock)[] {
  if (controls.length === 0 || look.controls === 'none' || look.markdown === 'text') return []
  const judged = look.controls === 'feedback' && controls.includes('good') && controls.includes('bad')
  // An icon for "again" is not among those that Slack documents, so that one is a button wherever it stands.
  const buttons = judged ? controls.filter((control) => control !== 'good' && control !== 'bad') : controls
  return [
    ...(judged ? [feedback(reply)] : []),
    ...(buttons.length > 0
      ? [{ type: 'actions' as const, elements: buttons.map((each) => button(each, reply)) }]
      : []),
  ]
}

const feedback = (reply: string): ContextActionsBlock => ({
  type: 'context_actions',
  elements: [
    {
      type: 'feedback_buttons',
      action_id: `parley:vote:${reply}`,
      positive_button: {
        text: plainText(LABELS.good),
        value: nameOf('good', reply),
        accessibility_label: 'This was a good answer',
      },
      negative_button: {
        text: plainText(LABELS.bad),
        value: nameOf('bad', reply),
        accessibility_label: 'This was a bad answer',
      },
    },
  ],
})

const button = (control: Control, reply: string): Button => ({
  type: 'button',
  action_id: `parley:${control}:${reply}`,
  text: plainText(LABELS[control]),
  value: nameOf(control, reply),
})

const plainText = (text: string): PlainTextElement => ({ type: 'plain_text', text })

const nameOf = (control: Control, reply: string): string => `${control}:${reply}`

/** @returns undefined for a value that is none of ours. */
export function readValue(value: string): Pressed | undefined {
  const colon = value.indexOf(':')
  const control = value.slice(0, Math.max(0, colon))
  const name = value.slice(colon + 1)
  if (name === '') return undefined
  if (control === 'rank') return { control, task: name }
  return control === 'reason' || isControl(control) ? { control, reply: name } : undefined
}

const isControl = (name: string): name is Control => Object.hasOwn(LABELS, name)
