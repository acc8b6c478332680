/** How people on Discord judge a reply: buttons below it, forms that pop up, messages that only they see. */
import { customIdOf } from '#adapters/discord/controls.ts'
import { BALLOT_FORM } from '#adapters/forms.ts'
import { PRIVACY_LABELS, PRIVACY_SAYINGS } from '#adapters/privacy.ts'
import type { Control } from '#core/delivery/surface.ts'
import { fieldsOf, labelsOf, partsOf, place, pressLabel, textOf } from '#test/adapters/discord/forms/world.ts'
import type { DiscordPerson, Interacted, SeenMessage } from '#test/platforms/discord/simulator.ts'
import type { Judge, JudgingWorld, OpenBallot, OpenPrivacy } from '#test/scenarios/judging.ts'
import type { Shown } from '#test/scenarios/world.ts'
import { type DiscordWorld, discordWorld } from './discord.ts'

/** Real time, generous for a busy machine. Milliseconds. */
const WITHIN_MS = 15_000
/** Longer than Discord waits for a first answer; the rest is there soon after it. Milliseconds. */
const NO_ANSWER_MS = 5_000

export async function discordJudgingWorld(): Promise<JudgingWorld> {
  const world = await discordWorld()
  return {
    ...world,
    judge: ({ name }, reply) => judgeIn(world, world.simulator.person(name), reply),
  }
}

function judgeIn(world: DiscordWorld, person: DiscordPerson, { id: messageId }: Shown): Judge {
  const { simulator } = world
  const until: Until = (check, withinMs = WITHIN_MS) => simulator.until(check, withinMs)

  const press = async (control: Control): Promise<Interacted> => {
    const { customId, channelId } = await until(() => {
      const thread = simulator.threads().find(({ id }) => simulator.message(id, messageId) !== undefined)
      const message = thread && simulator.message(thread.id, messageId)
      const button =
        message && partsOf(message).find(({ custom_id: id = '' }) => id.startsWith(customIdOf(control, '')))
      return thread && button?.custom_id ? { customId: button.custom_id, channelId: thread.id } : undefined
    })
    return person.click({ channelId, messageId }, customId)
  }
  /** What an interaction was answered with, once it says something else than that it is under way. */
  const told = (interacted: Interacted, busy = ''): Promise<SeenMessage> =>
    until(() => {
      const message = interacted.answer()?.message
      return message && ![busy, ''].includes(textOf(message)) ? message : undefined
    })

  /** Somebody who presses before the reply is remembered does what they are told: presses again. */
  const opened = async (control: Control): Promise<Interacted> => {
    for (;;) {
      const pressed = await press(control)
      if ((await pressed.answered(WITHIN_MS)).modal !== undefined) return pressed
      if (!textOf(await told(pressed, BALLOT_FORM.drawing)).includes('try again in a moment')) return pressed
    }
  }

  return {
    sayWhy: async (tags, text) => {
      const form = await opened('bad')
      return textOf(await told(person.submitModal(form, { tags, text })))
    },
    writeBetter: async (change) => {
      const form = await opened('correct')
      const [field] = fieldsOf(form)
      if (field === undefined) throw new Error(`No form: ${textOf(form.answer()?.message)}`)
      const sent = person.submitModal(form, { [field.custom_id]: change(field.value ?? '') })
      return textOf(await told(sent))
    },
    compare: async () => {
      const asked = await opened('compare')
      const first = await told(asked, BALLOT_FORM.drawing)
      if (!textOf(first).includes(BALLOT_FORM.question)) throw new Error(`No answers: ${textOf(first)}`)
      const form = () => asked.followUps().find((each) => labelsOf(each).includes(BALLOT_FORM.send))
      const shown = await until(form)
      return ballotIn(person, shown, [first, ...asked.followUps()], until)
    },
    privacy: async () => {
      const asked = person.command(simulator.channel('general'), 'parley privacy')
      await told(asked)
      return privacyIn(person, asked, until)
    },
  }
}

type Until = <T>(check: () => T | undefined | false, withinMs?: number) => Promise<T>

function ballotIn(
  person: DiscordPerson,
  form: SeenMessage,
  pages: readonly SeenMessage[],
  until: Until,
): OpenBallot {
  const menus = partsOf(form).flatMap(({ options }) => (options ? [options] : []))
  /** The form as it is by now: what opens it names it. */
  let newest = form
  return {
    slots: menus.map(([option]) => /Answer (\w):/.exec(option?.label ?? '')?.[1] ?? ''),
    text: pages.map(textOf).join('\n'),
    rank: async (places, reason) => {
      for (const [slot, at] of Object.entries(places)) {
        const chosen = await place(person, newest, slot, String(at)).answered(WITHIN_MS)
        newest = chosen.message ?? newest
      }
      const asked = pressLabel(person, newest, BALLOT_FORM.sendWithReason)
      await asked.answered(WITHIN_MS)
      const sent = person.submitModal(asked, { reason })
      const after = await until(() => {
        const message = sent.answer()?.message
        return message && textOf(message) !== textOf(newest) ? message : undefined
      })
      return textOf(after)
    },
  }
}

function privacyIn(person: DiscordPerson, asked: Interacted, until: Until): OpenPrivacy {
  const shown = () => asked.answer()?.message
  const changed = async (label: string): Promise<string> => {
    const before = textOf(shown())
    pressLabel(person, shown(), label)
    await until(() => textOf(shown()) !== before)
    return textOf(shown())
  }
  return {
    text: textOf(shown()),
    allowTraining: () => changed(PRIVACY_LABELS.consent_on),
    copy: async () => {
      const press = () => pressLabel(person, shown(), PRIVACY_LABELS.export)
      const filesOf = (pressed: Interacted, withinMs?: number) =>
        until(() => {
          const found = pressed.answer()?.message?.files
          return found && found.length > 0 ? found : undefined
        }, withinMs)
      // Discord waits three seconds for an answer, and a busy machine may not give one: a person presses again.
      const files = await filesOf(press(), NO_ANSWER_MS).catch(() => filesOf(press()))
      const text = files.map(({ content }) => content).join('')
      return text.split('\n').filter((line) => line !== '')
    },
    erase: async () => {
      await changed(PRIVACY_LABELS.erase)
      return changed(PRIVACY_SAYINGS.eraseConfirm)
    },
  }
}
