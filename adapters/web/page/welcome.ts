import { useState } from 'preact/hooks'
import type { SessionView } from '../protocol.ts'
import { RequestError } from './client.ts'
import { html } from './html.ts'
import { Mark } from './icons.ts'
import type { Store } from './store.ts'

interface Props {
  readonly session: SessionView
  readonly store: Store
  /** What there is to say to somebody who was here before. */
  readonly farewell: string
}

/** Who are you? And, where Parley is open to more than this machine: may you come in? */
export function Welcome({ session, store, farewell }: Props) {
  const [problem, setProblem] = useState('')
  const enter = async (form: HTMLFormElement) => {
    const fields = new FormData(form)
    const token = fields.get('token')
    try {
      await store.signIn({
        name: String(fields.get('name') ?? ''),
        ...(typeof token === 'string' ? { token } : {}),
      })
    } catch (thrown) {
      if (!(thrown instanceof RequestError)) throw thrown
      setProblem(thrown.message)
    }
  }
  return html`<main class="sign-in">
    <form
      onSubmit=${(event: SubmitEvent) => {
        event.preventDefault()
        if (event.currentTarget instanceof HTMLFormElement) void enter(event.currentTarget)
      }}
    >
      <${Mark} />
      <h1>Welcome to Parley</h1>
      ${farewell !== '' && html`<p class="farewell" role="status">${farewell}</p>`}
      <p>An assistant that talks with your whole team, one conversation a thread.</p>
      <label>Your name <input name="name" required maxlength="40" autocomplete="nickname" autofocus ref=${focus} /></label>
      ${
        session.needs === 'name_and_token' &&
        html`<label>Access token <input name="token" type="password" required maxlength="512" autocomplete="current-password" /></label>`
      }
      ${problem !== '' && html`<p class="problem" role="alert">${problem}</p>`}
      <button type="submit" class="primary">Come in</button>
    </form>
  </main>`
}

function focus(field: HTMLInputElement | null): void {
  if (document.activeElement === document.body) field?.focus()
}
