/** How a person hears what became of a press: only they see it, and only where the message does not show it (rules F1, T5). */
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
import { carryOut, type Press, SAYINGS } from '#adapters/press.ts'
import type { Control } from '#core/delivery/surface.ts'
import { reasonOf } from '#core/errors.ts'
import type { SlackApi } from './api.ts'
import type { Forms, Subject } from './forms/forms.ts'
import type { People } from './people.ts'
import type { HeardPress } from './press.ts'

export interface PressDeps {
  readonly host: Host
  readonly api: Pick<SlackApi, 'whisper'>
  readonly forms: Pick<Forms, 'open'>
  readonly people: People
  readonly log: Logger
}

/** Slack has its acknowledgement already, and does not tell of a press twice. Never throws. */
export async function answerPress(press: HeardPress, deps: PressDeps): Promise<void> {
  switch (press.control) {
    case 'reason':
    case 'correct':
    case 'compare':
      return openForm({ control: press.control, reply: press.reply }, press, deps)
    case 'rank':
      return openForm({ control: press.control, task: press.task }, press, deps)
    case 'bad':
      return answerBad({ ...press, control: 'bad' }, deps)
    case 'stop':
    case 'good':
    case 'regenerate':
      return whisper(await outcomeOf({ ...press, control: press.control }, deps), press, deps)
  }
}

type ControlPress = HeardPress & { readonly control: Control; readonly reply: string }

/** The vote counts at once; that the form asks why, and can be closed, takes nothing from it. */
async function answerBad(press: ControlPress, deps: PressDeps): Promise<void> {
  const saying = await outcomeOf(press, deps)
  if (saying !== SAYINGS.noted) return whisper(saying, press, deps)
  await openForm({ control: 'reason', reply: press.reply }, press, deps)
}

const openForm = (subject: Subject, press: HeardPress, { forms }: PressDeps): Promise<void> => {
  const { user, trigger, channel, root } = press
  return forms.open(subject, { user, trigger, where: { channel, root } }, press)
}

async function outcomeOf(press: ControlPress, { host, people, log }: PressDeps): Promise<string | undefined> {
  return carryOut(asPress(press, people), host).catch((thrown: unknown) => {
    log.error({ reason: reasonOf(thrown), control: press.control }, 'A press could not be carried out.')
    return SAYINGS.failed
  })
}

async function whisper(
  saying: string | undefined,
  press: HeardPress,
  { api, log }: PressDeps,
): Promise<void> {
  if (saying === undefined) return
  try {
    await api.whisper(press, press.user, saying)
  } catch (thrown) {
    log.debug({ reason: reasonOf(thrown) }, 'Could not say what became of a press.')
  }
}

const asPress = ({ id, control, reply, user, name, at }: ControlPress, people: People): Press => ({
  ...{ id, control, reply, at, platform: 'slack', rater: user },
  speaker: async () => ({ id: user, name: (await people.names([user])).get(user) ?? name }),
})
