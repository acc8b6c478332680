/**
 * Forms on Discord: why a reply was bad, a better reply, comparing answers, and what people may ask about themselves.
 * Rules F1, F3 to F6, S2, S3.
 *
 * Everything a form has to know is in the ids of its parts, so that it works after a restart. What a person sends is
 * recorded whatever becomes of the answer to it, under the interaction's own id; and what cannot be recorded is given
 * back to them.
 */
import { readCustomId } from '../controls.ts'
import { Answering, type AnsweringDeps } from './answering.ts'
import { COMMAND, help, MESSAGE_COMMAND, register, SUBCOMMANDS } from './commands.ts'
import { compare, openBallot } from './comparison.ts'
import { openCorrection, openCorrectionOf, sendCorrection } from './correction.ts'
import type { FormDeps } from './deps.ts'
import { type HeardInteraction, readInteraction } from './heard.ts'
import { type FormId, readFormId } from './ids.ts'
import { NewestChoices } from './newest-choices.ts'
import { pressPrivacy, showPrivacy } from './privacy.ts'
import { askWhy, chosen, current, sendRanking, sendRankingWithReason, showChoices } from './ranking.ts'
import { openReason, pressBad, sendReason } from './reason.ts'

export interface Forms {
  /** What is to be done about an interaction; undefined for those that are none of ours, or no form's. */
  take(raw: unknown): FormTask | undefined
  /** Makes the commands known to Discord. Never throws. */
  register(application: string): Promise<void>
}

export interface FormTask {
  /** What has the same lane is done in the order in which it happened. */
  readonly lane: string
  /** Never throws. */
  readonly run: () => Promise<void>
}

interface TaskDeps extends FormDeps {
  readonly newest: NewestChoices
}

export function createForms(deps: AnsweringDeps & Pick<FormDeps, 'host'>): Forms {
  const all: TaskDeps = { ...deps, answering: new Answering(deps), newest: new NewestChoices() }
  return {
    take(raw) {
      const heard = readInteraction(raw)
      return heard && taskFor(heard, all)
    },
    register: (application) => register(application, deps),
  }
}

function taskFor(heard: HeardInteraction, deps: TaskDeps): FormTask | undefined {
  const { act, by, id } = heard
  /** Nobody waits for anybody: a form may take as long as its person or the model does. */
  const alone = (run: () => Promise<void>): FormTask => ({ lane: id, run })
  switch (act.kind) {
    case 'command':
      if (act.name !== COMMAND) return undefined
      return alone(
        act.sub === SUBCOMMANDS.privacy ? () => showPrivacy(heard, deps) : () => sayHelp(heard, deps),
      )
    case 'message command':
      if (act.name !== MESSAGE_COMMAND) return undefined
      return alone(() => openCorrectionOf(heard, act.target, deps))
    case 'submitted': {
      const form = readFormId(act.customId)
      return form && sent(heard, form, act.fields, deps)
    }
    case 'pressed':
    case 'chosen': {
      const control = readCustomId(act.customId)
      if (control === undefined) {
        const form = readFormId(act.customId)
        return form && pressed(heard, form, deps)
      }
      const { reply } = control
      switch (control.control) {
        case 'bad':
          // In one lane with the other votes of this person on this reply.
          return { lane: `${reply} ${by.id}`, run: () => pressBad(heard, reply, deps) }
        case 'correct':
          return alone(() => openCorrection(heard, reply, deps))
        case 'compare':
          return alone(() => compare(heard, reply, deps))
        case 'good':
        case 'regenerate':
        case 'stop':
          return undefined
      }
    }
  }
}

async function sayHelp(heard: HeardInteraction, { answering }: FormDeps): Promise<void> {
  await answering.first(heard, { kind: 'message', shown: help() })
}

function pressed(heard: HeardInteraction, form: FormId, deps: TaskDeps): FormTask | undefined {
  const { id, message } = heard
  const { newest } = deps
  const alone = (run: () => Promise<void>): FormTask => ({ lane: id, run })
  switch (form.is) {
    case 'why':
      return alone(() => openReason(heard, form, deps))
    case 'ballot':
      return alone(() => openBallot(heard, form.task, deps))
    case 'place':
    case 'all-bad': {
      const choices = chosen(heard, form, newest)
      // In the order of the presses: the form shows the newest last.
      return { lane: `form ${message?.id ?? id}`, run: () => showChoices(heard, choices, deps) }
    }
    case 'send': {
      const choices = current(heard, form.choices, newest)
      return alone(() => sendRanking(heard, choices, deps))
    }
    case 'say': {
      const choices = current(heard, form.choices, newest)
      return alone(() => askWhy(heard, choices, deps))
    }
    case 'privacy':
      return alone(() => pressPrivacy(heard, form.ask, deps))
    case 'reason':
    case 'correction':
    case 'ranking':
      // Nothing that can be pressed has these.
      return undefined
  }
}

function sent(
  heard: HeardInteraction,
  form: FormId,
  fields: Extract<HeardInteraction['act'], { readonly kind: 'submitted' }>['fields'],
  deps: TaskDeps,
): FormTask | undefined {
  switch (form.is) {
    case 'reason':
      return { lane: heard.id, run: () => sendReason(heard, form.reply, fields, deps) }
    case 'correction':
      return { lane: heard.id, run: () => sendCorrection(heard, form, fields, deps) }
    case 'ranking':
      return { lane: heard.id, run: () => sendRankingWithReason(heard, form.choices, fields, deps) }
    default:
      return undefined
  }
}
