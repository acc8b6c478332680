import { useRef } from 'preact/hooks'
import type { SessionView } from '../protocol.ts'
import { Dialog } from './dialog.ts'
import { html } from './html.ts'

/** Which model answers. A rehearsal says so plainly, and how to end it. */
export function ModelChip({ model }: { readonly model: SessionView['model'] }) {
  const dialog = useRef<HTMLDialogElement>(null)
  if (!model.rehearsal)
    return html`<span class="chip" title=${`Answers come from ${model.label}`}>${model.label}</span>`
  return html`
    <button type="button" class="chip rehearsal" onClick=${() => dialog.current?.showModal()}>
      Rehearsal <span class="chip-more">Connect a model</span>
    </button>
    <${Dialog} dialog=${dialog} title="This is a rehearsal">
      <p>No model is connected, so a stand-in answers. Threads, streaming and reactions are real. Its answers are not.</p>
      <p>Do one of these, then start Parley again:</p>
      <ul>
        <li>Set <code>OPENAI_API_KEY</code> to use OpenAI.</li>
        <li>Start Ollama, LM Studio or llama.cpp on this machine. Parley finds it.</li>
      </ul>
    <//>`
}
