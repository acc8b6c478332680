/**
 * Takes a leading `<think>…</think>` out of a stream: servers without a reasoning parser leave a model's thoughts in
 * the answer itself, and thoughts are never shown. Only the very beginning counts, so an answer may speak of the tag.
 */

const OPEN = '<think>'
const CLOSE = '</think>'

/** Where in the stream we are, and what cannot be decided before more text comes. */
export interface Thought {
  readonly at: 'start' | 'inside' | 'after' | 'answer'
  readonly held: string
}

export const beforeThought: Thought = { at: 'start', held: '' }

/** @returns the next state and the text to show now */
export function withoutThought(state: Thought, delta: string): readonly [Thought, string] {
  const text = state.held + delta
  switch (state.at) {
    case 'answer':
      return [state, delta]
    case 'start': {
      const begun = text.trimStart()
      if (begun.startsWith(OPEN)) return withoutThought({ at: 'inside', held: '' }, begun.slice(OPEN.length))
      return OPEN.startsWith(begun) ? [{ at: 'start', held: text }, ''] : [{ at: 'answer', held: '' }, text]
    }
    case 'inside': {
      const end = text.indexOf(CLOSE)
      // Half a closing tag may be the last thing that came: keep just enough to see the rest.
      if (end < 0) return [{ at: 'inside', held: text.slice(1 - CLOSE.length) }, '']
      return withoutThought({ at: 'after', held: '' }, text.slice(end + CLOSE.length))
    }
    case 'after': {
      const answer = text.trimStart() // the blank lines between thought and answer
      return answer === '' ? [{ at: 'after', held: '' }, ''] : [{ at: 'answer', held: '' }, answer]
    }
  }
}

/** What is still held when the stream ends: an answer as short as the beginning of a tag. */
export const heldBack = (state: Thought): string => (state.at === 'start' ? state.held : '')
