import { customIdOf } from '#adapters/discord/controls.ts'
import type { Control, ReplyView } from '#core/delivery/surface.ts'
import type {
  DiscordPerson,
  DiscordSimulator,
  Interacted,
  MessageAt,
  SeenComponent,
  SeenMessage,
} from '#test/platforms/discord/simulator.ts'
import { REPLY, running } from '../running.ts'
import { HurriedClock } from './hurried-clock.ts'

const finishedWithForms = (text: string): ReplyView => ({
  parts: [text],
  finished: true,
  controls: ['good', 'bad', 'regenerate', 'correct', 'compare'],
})

/** A finished reply with every control below it, in a thread that alice began. */
export async function answered(options: Parameters<typeof running>[0] = {}) {
  const clock = new HurriedClock()
  const world = await running({ rateLimits: false, adapterClock: clock, ...options })
  const { simulator, host, discord } = world
  const alice = simulator.person('alice')
  const { messageId: thread } = alice.mention(simulator.channel('general'), 'begin')
  const { place } = await host.question('begin')
  const surface = discord.open(place, [], REPLY)
  const [message = ''] = await surface.show(finishedWithForms('an answer'), AbortSignal.timeout(10_000))
  const at: MessageAt = { channelId: thread, messageId: message }
  const press = (control: Control, by: DiscordPerson = alice) => by.click(at, customIdOf(control, REPLY))
  return { ...world, hurry: (speed?: number) => clock.hurry(speed), alice, thread, message, at, press }
}

/** Every part of a message, and what is inside of them. */
export const partsOf = ({ components }: Pick<SeenMessage, 'components'>): readonly SeenComponent[] =>
  components.flatMap((part) => [part, ...partsOf({ components: part.components ?? [] })])

/** What a message says, without what can be pressed. */
export const textOf = (message: SeenMessage | undefined): string =>
  message === undefined
    ? ''
    : [message.content, ...partsOf(message).map(({ content = '' }) => content)]
        .filter((text) => text)
        .join('\n')

/** The words on the buttons of a message. */
export const labelsOf = (message: SeenMessage | undefined): readonly string[] =>
  message === undefined
    ? []
    : partsOf(message).flatMap(({ type, label }) => (type === 2 && label ? [label] : []))

/** A person presses the button with this word. */
export function pressLabel(
  person: DiscordPerson,
  message: SeenMessage | undefined,
  label: string,
): Interacted {
  if (message === undefined) throw new Error('There is no message.')
  const button = partsOf(message).find((part) => part.type === 2 && part.label === label)
  if (button?.custom_id === undefined) throw new Error(`No button ${label} among ${labelsOf(message)}.`)
  return person.click({ channelId: message.channelId, messageId: message.id }, button.custom_id)
}

/** A person chooses a place for an answer in the form. */
export function place(
  person: DiscordPerson,
  form: SeenMessage,
  slot: string,
  value: string | undefined,
): Interacted {
  const menu = partsOf(form).find(
    ({ type, options }) => type === 3 && options?.[0]?.label.startsWith(`Answer ${slot}:`),
  )
  if (menu?.custom_id === undefined) throw new Error(`There is no menu for ${slot}.`)
  const at = { channelId: form.channelId, messageId: form.id }
  return person.select(at, menu.custom_id, value === undefined ? [] : [value])
}

/** The answer to an interaction, once it says something that holds. */
export const saying = (
  simulator: DiscordSimulator,
  interacted: Interacted,
  holds: (text: string) => boolean = (text) => text !== '',
): Promise<SeenMessage> =>
  simulator.until(() => {
    const message = interacted.answer()?.message
    return message !== undefined && holds(textOf(message)) ? message : undefined
  })

interface ShownField {
  readonly type: number
  readonly custom_id: string
  readonly value?: string
  readonly options?: readonly { readonly value: string; readonly default?: boolean }[]
}

/** The fields of the form that answered an interaction. */
export function fieldsOf(opened: Interacted): readonly ShownField[] {
  const components = opened.answer()?.modal?.components ?? []
  return components.flatMap((part) => (hasField(part) ? [part.component] : []))
}

const hasField = (part: unknown): part is { readonly component: ShownField } =>
  typeof part === 'object' && part !== null && 'component' in part
