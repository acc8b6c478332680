/** One thread, what is remembered of it, and what people do once a question is asked (rules T5, T6). */
import type { ModelEvent } from '#core/model/model.ts'
import { threadKey } from '#core/thread.ts'
import type { Theatre } from './theatre.ts'

export const REF = { platform: 'test', workspace: 'w', channel: 'c', root: 'r' }
export const THREAD = threadKey(REF)
export const alice = { id: 'U1', name: 'Alice' }
export const messageRef = (message: string) => ({ platform: 'test', workspace: 'w', channel: 'c', message })

export const remembered = async (theatre: Theatre) => (await theatre.transcripts.window(THREAD)).messages
export const newestReply = async (theatre: Theatre): Promise<string> => {
  const last = (await remembered(theatre)).findLast(({ role }) => role === 'assistant')
  if (last === undefined) throw new Error('nothing was answered')
  return last.id
}

/** Alice has a reply written again, and everything settles. */
export const again = async (theatre: Theatre, reply: string, id = 'again-1') => {
  const result = await theatre.dialogue.regenerate({ id, reply, by: alice, at: 1_000_000 })
  await theatre.clock.advance(10_000)
  return result
}

/** A question now reads as `text`, and everything settles. */
export const edit = async (
  theatre: Theatre,
  question: string,
  text: string,
  version = 'v1',
  at = 1_000_000,
) => {
  await theatre.dialogue.edited({ question, version, text, at })
  await theatre.clock.advance(10_000)
}

/** A message is gone: that of a question, or one that shows a reply. Everything settles. */
export const remove = async (theatre: Theatre, question: string, message = 'none') => {
  await theatre.dialogue.deleted({ question, message: messageRef(message), at: 1_000_000 })
  await theatre.clock.advance(10_000)
}

/** A model that says a word and then goes on only when it is stopped; it counts what was read of it. */
export function endless(theatre: Theatre) {
  const read = { deltas: 0, aborted: false }
  theatre.script = async function* (_prompt, signal): AsyncIterable<ModelEvent> {
    yield { type: 'text', delta: 'a beginning' }
    read.deltas += 1
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    read.aborted = true
    yield { type: 'text', delta: ' and more' }
    read.deltas += 1
  }
  return read
}
