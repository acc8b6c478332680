/**
 * `/parley privacy`: what is kept of a person, a copy of it, what it may be used for, and having it erased (rules S2,
 * S3). Only they see it.
 *
 * Here something is done only by the delivery that Discord takes an answer for: a choice that is delivered again after
 * a later one must not undo it.
 */
import {
  actionsFor,
  EXPORT_FILE_NAME,
  erasedSentence,
  PRIVACY_LABELS,
  PRIVACY_SAYINGS,
  type PrivacyAction,
  privacySentences,
} from '#adapters/privacy.ts'
import type { PrivacyView } from '#core/safety/privacy-desk.ts'
import type { Shown } from './api.ts'
import type { FormDeps } from './deps.ts'
import { exportFiles } from './export-files.ts'
import type { HeardInteraction } from './heard.ts'
import { type FormId, formId } from './ids.ts'
import { type ButtonLook, buttons, fileNamed, text } from './parts.ts'
import { saying } from './saying.ts'

type Ask = Extract<FormId, { readonly is: 'privacy' }>['ask']

/** The command itself. */
export async function showPrivacy(heard: HeardInteraction, deps: FormDeps): Promise<void> {
  const { answering, host } = deps
  if (!(await answering.first(heard, { kind: 'later' }))) return
  const view = await answering.asked('what is kept', () => host.privacy.view(heard.person))
  await answering.change(heard, view === undefined ? saying(PRIVACY_SAYINGS.failed) : viewed(view))
}

/** A button below it. */
export async function pressPrivacy(heard: HeardInteraction, ask: Ask, deps: FormDeps): Promise<void> {
  switch (ask) {
    case 'export':
      return sendCopy(heard, deps)
    case 'consent_on':
    case 'consent_off':
      return changeConsent(heard, ask === 'consent_on', deps)
    case 'erase':
      await deps.answering.first(heard, { kind: 'update', shown: eraseQuestion() })
      return
    case 'erase_no':
      return showAgain(heard, deps)
    case 'erase_yes':
      return erase(heard, deps)
  }
}

const button = (ask: Ask, label: string, style?: ButtonLook['style']): ButtonLook => ({
  ...{ label, customId: formId({ is: 'privacy', ask }) },
  ...(style === undefined ? {} : { style }),
})

const actionButton = (action: PrivacyAction): ButtonLook =>
  button(action, PRIVACY_LABELS[action], action === 'erase' ? 'danger' : undefined)

/** @param done a sentence above: what was just done. */
function viewed(view: PrivacyView, done?: string): Shown {
  const sentences = [...(done === undefined ? [] : [`**${done}**`]), ...privacySentences(view)]
  return {
    components: [
      text([`### ${PRIVACY_SAYINGS.title}`, sentences.join('\n\n')].join('\n')),
      buttons(...actionsFor(view).map(actionButton)),
    ],
  }
}

const eraseQuestion = (): Shown =>
  saying(
    PRIVACY_SAYINGS.eraseAsk,
    button('erase_yes', PRIVACY_SAYINGS.eraseConfirm, 'danger'),
    button('erase_no', PRIVACY_SAYINGS.eraseCancel),
  )

async function showAgain(heard: HeardInteraction, deps: FormDeps, done?: string): Promise<void> {
  const { answering, host } = deps
  if (done === undefined && !(await answering.first(heard, { kind: 'update later' }))) return
  const view = await answering.asked('what is kept', () => host.privacy.view(heard.person))
  await answering.change(
    heard,
    view === undefined ? saying(done ?? PRIVACY_SAYINGS.failed) : viewed(view, done),
  )
}

async function changeConsent(heard: HeardInteraction, training: boolean, deps: FormDeps): Promise<void> {
  const { answering, host } = deps
  if (!(await answering.first(heard, { kind: 'update later' }))) return
  const done = await answering.asked('consent', async () => {
    await host.privacy.consent(heard.person, training, heard.at)
    return true
  })
  if (done === undefined) await answering.add(heard, saying(PRIVACY_SAYINGS.failed))
  else await showAgain(heard, deps, training ? PRIVACY_SAYINGS.consentOn : PRIVACY_SAYINGS.consentOff)
}

async function erase(heard: HeardInteraction, { answering, host }: FormDeps): Promise<void> {
  if (!(await answering.first(heard, { kind: 'update later' }))) return
  const erased = await answering.asked('erasing', () => host.privacy.erase(heard.person, heard.at))
  await answering.change(
    heard,
    // The question stays: pressed again, it goes on where this ended.
    erased === undefined
      ? { components: [...saying(`**${PRIVACY_SAYINGS.failed}**`).components, ...eraseQuestion().components] }
      : saying(erasedSentence(erased, 'Discord')),
  )
}

/** As many files as it needs, one a message; each leaves before the next is made. */
async function sendCopy(heard: HeardInteraction, deps: FormDeps): Promise<void> {
  const { answering, host, stopped } = deps
  if (!(await answering.first(heard, { kind: 'later' }))) return
  let sent = 0
  const tell = (shown: Shown): Promise<boolean> =>
    sent === 0 ? answering.change(heard, shown) : answering.add(heard, shown)
  // Not tried again as a whole: what was sent already would come twice.
  const done = await answering.once('a copy', async () => {
    for await (const data of exportFiles(host.privacy.export(heard.person), heard.fileLimit)) {
      stopped.throwIfAborted()
      if (!(await tell(copyFile(data, sent + 1)))) return false
      sent += 1
    }
    return true
  })
  if (done === undefined) await tell(saying(PRIVACY_SAYINGS.failed))
  else if (sent === 0 && done) await tell(saying(PRIVACY_SAYINGS.exportNothing))
}

/** @param nth from 1. */
function copyFile(data: Buffer, nth: number): Shown {
  const name = nth === 1 ? EXPORT_FILE_NAME : EXPORT_FILE_NAME.replace('.', `-${nth}.`)
  return {
    components: [...(nth === 1 ? [text(PRIVACY_SAYINGS.exportReady)] : []), fileNamed(name)],
    files: [{ name, data, contentType: 'application/jsonl' }],
  }
}
