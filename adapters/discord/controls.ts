import { ButtonStyle, ComponentType } from 'discord.js'
import type { Control } from '#core/delivery/surface.ts'

/** Tells our buttons from those of anybody who used this application before. */
const PREFIX = 'parley'

interface Look {
  /** Beside the emoji, because a screen reader and a small screen need the word. */
  readonly label: string
  readonly emoji: string
}

const LOOKS: Readonly<Record<Control, Look>> = {
  stop: { label: 'Stop', emoji: '⏹️' },
  good: { label: 'Good', emoji: '👍' },
  bad: { label: 'Bad', emoji: '👎' },
  regenerate: { label: 'Regenerate', emoji: '🔄' },
  correct: { label: 'Write better', emoji: '✏️' },
  compare: { label: 'Compare', emoji: '⚖️' },
}

/**
 * The row of buttons below a reply, as Discord's API takes it; nothing for no controls.
 *
 * All state is in the `custom_id`, so a button works after a restart and on messages that no cache holds (rule F3).
 *
 * @see https://docs.discord.com/developers/components/reference#button
 */
export function componentsOf(controls: readonly Control[], reply: string): readonly unknown[] {
  if (controls.length === 0) return []
  const buttons = controls.map((control) => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label: LOOKS[control].label,
    emoji: { name: LOOKS[control].emoji },
    custom_id: customIdOf(control, reply),
  }))
  return [{ type: ComponentType.ActionRow, components: buttons }]
}

export const customIdOf = (control: Control, reply: string): string => `${PREFIX}:${control}:${reply}`

/** @returns undefined for a button that is none of ours. */
export function readCustomId(id: string): { readonly control: Control; readonly reply: string } | undefined {
  const [prefix, control, ...rest] = id.split(':')
  const reply = rest.join(':')
  if (prefix !== PREFIX || !isControl(control) || reply === '') return undefined
  return { control, reply }
}

const isControl = (name: string | undefined): name is Control =>
  name !== undefined && Object.hasOwn(LOOKS, name)
