/**
 * What to do next so that one Slack message says what it should. Pure: `message.ts` does it and asks again.
 */

import type { Control } from '#core/delivery/surface.ts'

/** What we know of the message. */
export type MessageState =
  | { readonly at: 'absent' }
  /** A first write whose answer never came: the message may be there, and we do not know its name. */
  | { readonly at: 'lost'; readonly how: 'stream' | 'post'; readonly wanted: Wanted }
  /** Being streamed. Without `text` we no longer know how much of it arrived. */
  | { readonly at: 'streaming'; readonly ts: string; readonly text: string | undefined }
  /** An ordinary message, as far as we know. When we do not know what it shows, it must be written in full. */
  | { readonly at: 'settled'; readonly ts: string; readonly shows: Wanted | undefined }

export interface Wanted {
  readonly text: string
  /** It will not grow any more. */
  readonly complete: boolean
  /** What can be pressed below it. A stream shows them only when it has ended. */
  readonly controls: readonly Control[]
  /** Its tables are to be shown as such: a stream shows them as they are written. */
  readonly tables: boolean
}

export type Step =
  | { readonly do: 'nothing' }
  | { readonly do: 'find' }
  | { readonly do: 'start' }
  | { readonly do: 'post' }
  | { readonly do: 'append'; readonly text: string }
  | { readonly do: 'stop'; readonly text: string }
  | { readonly do: 'update' }

export function nextStep(state: MessageState, wanted: Wanted, streams: boolean): Step {
  switch (state.at) {
    case 'absent':
      if (isBlank(wanted.text)) return { do: 'nothing' }
      // A stream that would end at once costs two calls and shows nothing sooner.
      return streams && !wanted.complete ? { do: 'start' } : { do: 'post' }
    case 'lost':
      return { do: 'find' }
    case 'streaming': {
      if (state.text === undefined || !wanted.text.startsWith(state.text)) return { do: 'stop', text: '' }
      const text = wanted.text.slice(state.text.length)
      // A stream shows nothing to press: where there has to be a Stop, edits go on from here (rule T5).
      if (wanted.complete || wanted.controls.length > 0) return { do: 'stop', text }
      return text === '' ? { do: 'nothing' } : { do: 'append', text }
    }
    case 'settled':
      if (isBlank(wanted.text)) return { do: 'nothing' }
      return state.shows !== undefined && isShown(state.shows, wanted) ? { do: 'nothing' } : { do: 'update' }
  }
}

const isShown = (shows: Wanted, wanted: Wanted): boolean =>
  shows.text === wanted.text &&
  (shows.complete || !wanted.complete) &&
  shows.controls.join() === wanted.controls.join() &&
  shows.tables === wanted.tables

/** Slack has no messages that show nothing. */
const isBlank = (text: string): boolean => /^[\s\u200b-\u200f\u2060\ufeff]*$/.test(text)
