/** What a press in the privacy modal does (rules S2, S3). */
import type { ModalView } from '@slack/web-api'
import type { Logger } from 'pino'
import type { Host } from '#adapters/platform.ts'
import { EXPORT_FILE_NAME, erasedSentence, PRIVACY_SAYINGS } from '#adapters/privacy.ts'
import { reasonOf } from '#core/errors.ts'
import type { PersonRef } from '#core/person.ts'
import type { FormsApi } from './api.ts'
import { eraseView, type HeardStep, privacyView } from './privacy.ts'
import { saying } from './view.ts'

export interface PrivacyDeps {
  readonly host: Pick<Host, 'privacy'>
  readonly api: Pick<FormsApi, 'updateView' | 'sendFile'>
  readonly log: Logger
}

/** Never throws: what failed is said where the person looks. */
export async function takeStep(heard: HeardStep, deps: PrivacyDeps): Promise<void> {
  const { api, log } = deps
  const next = await viewAfter(heard, deps).catch((thrown: unknown) => {
    log.error({ reason: reasonOf(thrown), step: heard.step }, 'A privacy request could not be carried out.')
    return saying(PRIVACY_SAYINGS.title, PRIVACY_SAYINGS.failed)
  })
  try {
    await api.updateView(heard.view, next)
  } catch (thrown) {
    log.warn(
      { reason: reasonOf(thrown), step: heard.step },
      'Could not say what became of a privacy request.',
    )
  }
}

async function viewAfter(heard: HeardStep, { host: { privacy }, api }: PrivacyDeps): Promise<ModalView> {
  const { step, user, at } = heard
  const person: PersonRef = { platform: 'slack', id: user }
  const shown = async (news?: string) => privacyView(await privacy.view(person), news)
  switch (step) {
    case 'consent_on':
      await privacy.consent(person, true, at)
      return shown(PRIVACY_SAYINGS.consentOn)
    case 'consent_off':
      await privacy.consent(person, false, at)
      return shown(PRIVACY_SAYINGS.consentOff)
    case 'export': {
      const bytes = Buffer.from((await Array.fromAsync(privacy.export(person))).join(''))
      if (bytes.length === 0) return shown()
      await api.sendFile(user, { name: EXPORT_FILE_NAME, bytes, comment: PRIVACY_SAYINGS.exportReady })
      return shown(SENT)
    }
    case 'erase':
      return eraseView()
    case 'erase_cancel':
      return shown()
    case 'erase_confirm':
      return saying(PRIVACY_SAYINGS.title, erasedSentence(await privacy.erase(person, at), 'Slack'))
  }
}

const SENT = 'A copy of everything that is kept of you is in your direct messages with me.'
