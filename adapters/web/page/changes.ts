import type { ChangeObject } from 'diff'
import { useEffect, useState } from 'preact/hooks'
import { html } from './html.ts'

/** Milliseconds that looking for what changed may take; texts that differ that much are not worth comparing. */
const PATIENCE_MS = 400

/** The library is fetched when changes are first shown: nobody who only talks waits for it. */
async function difference(
  before: string,
  after: string,
): Promise<readonly ChangeObject<string>[] | undefined> {
  const { diffWordsWithSpace } = await import('diff/lib/diff/word.js')
  return diffWordsWithSpace(before, after, { timeout: PATIENCE_MS })
}

/** What was taken out and put in, word by word. */
export function Changes({ before, after }: { readonly before: string; readonly after: string }) {
  const [parts, setParts] = useState<readonly ChangeObject<string>[] | 'too many'>()
  const [problem, setProblem] = useState(false)
  useEffect(() => {
    let stale = false
    difference(before, after).then(
      (found) => !stale && setParts(found ?? 'too many'),
      () => !stale && setProblem(true),
    )
    return () => {
      stale = true
    }
  }, [before, after])
  if (problem) return html`<p class="problem" role="alert">The changes cannot be shown now.</p>`
  if (parts === undefined) return html`<p class="muted" role="status">One moment…</p>`
  if (parts === 'too many')
    return html`<p class="muted" role="status">Almost everything is different, so single changes are not shown.</p>`
  if (parts.every(({ added, removed }) => !added && !removed))
    return html`<p class="muted" role="status">Nothing is changed yet.</p>`
  return html`<div class="changes" tabindex="0" role="region" aria-label="What is changed" dir="auto">
    ${parts.map(({ value, added, removed }, index) =>
      added
        ? html`<ins key=${index}>${value}</ins>`
        : removed
          ? html`<del key=${index}>${value}</del>`
          : value,
    )}
  </div>`
}
