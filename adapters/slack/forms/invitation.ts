import { BALLOT_FORM } from '#adapters/forms.ts'
import type { Invitation } from '#core/feedback/comparison-desk.ts'
import { SlackCallError, surfaceError } from '../fault.ts'
import type { FormsApi } from './api.ts'
import { pressable } from './forms.ts'
import { sections } from './view.ts'

/** Offers a comparison to whoever reads a channel (rule F5). @throws SurfaceError */
export async function invite(
  { task, channel, text }: Invitation,
  api: Pick<FormsApi, 'post'>,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  const [notice = ''] = text.split('\n')
  const blocks = [...sections(text), ...pressable(BALLOT_FORM.invited, { control: 'rank', task })]
  try {
    await api.post(channel, { text: notice, blocks })
  } catch (thrown) {
    throw thrown instanceof SlackCallError ? surfaceError(thrown) : thrown
  }
}
