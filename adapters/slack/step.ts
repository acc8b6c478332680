/**
 * What to do next so that one Slack message says what it should. Pure: `message.ts` does it and asks again.
 */

/** What we know of the message. */
export type MessageState =
  | { readonly at: 'absent' }
  /** A first write whose answer never came: the message may be there, and we do not know its name. */
  | {
      readonly at: 'lost'
      readonly how: 'stream' | 'post'
      readonly text: string
      readonly complete: boolean
    }
  /** Being streamed. Without `text` we no longer know how much of it arrived. */
  | { readonly at: 'streaming'; readonly ts: string; readonly text: string | undefined }
  /** An ordinary message, as far as we know. Without `text` it must be written in full. */
  | {
      readonly at: 'settled'
      readonly ts: string
      readonly text: string | undefined
      readonly complete: boolean
    }

export interface Wanted {
  readonly text: string
  /** It will not grow any more. */
  readonly complete: boolean
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
      if (wanted.complete) return { do: 'stop', text }
      return text === '' ? { do: 'nothing' } : { do: 'append', text }
    }
    case 'settled':
      if (isBlank(wanted.text)) return { do: 'nothing' }
      return state.text === wanted.text && (state.complete || !wanted.complete)
        ? { do: 'nothing' }
        : { do: 'update' }
  }
}

/** Slack has no messages that show nothing. */
const isBlank = (text: string): boolean => /^[\s\u200b-\u200f\u2060\ufeff]*$/.test(text)
