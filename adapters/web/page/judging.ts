import { useMemo, useState } from 'preact/hooks'
import { CorrectionForm, readCorrection } from './correction.ts'
import { html } from './html.ts'
import { ReasonForm, readReason } from './reason.ts'
import type { Store } from './store.ts'

export type Form = 'reason' | 'correction'

const nameOf = (form: Form, reply: string, person: string): string => `${form}.${person}.${reply}`

/** Which form is open below a reply. One that was being filled in is open again after a reload. */
export function useOpenForm(
  reply: string | null,
  person: string,
): readonly [Form | null, (form: Form | null) => void] {
  const [chosen, setChosen] = useState<{ readonly reply: string | null; readonly form: Form | null }>()
  const kept = useMemo(() => keptForm(reply, person), [reply, person])
  return [chosen?.reply === reply ? chosen.form : kept, (form) => setChosen({ reply, form })]
}

function keptForm(reply: string | null, person: string): Form | null {
  if (reply === null) return null
  if (readCorrection(nameOf('correction', reply, person))?.open) return 'correction'
  return readReason(nameOf('reason', reply, person))?.open ? 'reason' : null
}

interface Props {
  readonly form: Form
  readonly message: string
  readonly reply: string
  readonly person: string
  readonly store: Store
  readonly close: () => void
}

/** What one says about a reply, right below it. */
export function Judging({ form, message, reply, person, store, close }: Props) {
  const words = store.state.session?.words
  if (words === undefined) return null
  const name = nameOf(form, reply, person)
  const props = { name, message, reply, store, close }
  return form === 'reason'
    ? html`<${ReasonForm} key=${name} ...${props} words=${words.reason} />`
    : html`<${CorrectionForm} key=${name} ...${props} words=${words.correction} />`
}
