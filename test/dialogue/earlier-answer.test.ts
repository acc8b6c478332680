import { expect, test } from 'vitest'
import { ModelError } from '#core/model/error.ts'
import type { ModelEvent } from '#core/model/model.ts'
import { threadKey } from '#core/thread.ts'
import { saying, Theatre } from './theatre.ts'

const REF = { platform: 'test', workspace: 'w', channel: 'c', root: 'r' }
const KEPT = '_No new answer came, so this is the earlier one._'

async function* breaking(text: string): AsyncIterable<ModelEvent> {
  if (text !== '') yield { type: 'text', delta: text }
  throw new ModelError('timeout', 'secret vendor detail')
}

async function* endless(_: unknown, signal: AbortSignal): AsyncIterable<ModelEvent> {
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  yield { type: 'text', delta: 'too late' }
}

const replies = async ({ transcripts }: Theatre) =>
  (await transcripts.window(threadKey(REF))).messages.filter(({ role }) => role === 'assistant')

/** A question was answered, and somebody asks for another answer. */
async function again(theatre: Theatre): Promise<string> {
  const reply = (await replies(theatre)).at(-1)?.id ?? ''
  await theatre.dialogue.regenerate({ id: `again-${reply}`, reply, by: { id: 'U1', name: 'Alice' }, at: 1 })
  await theatre.clock.advance(10_000)
  return reply
}

const shownAs = async ({ shownReplies }: Theatre) =>
  (await shownReplies.find({ platform: 'test', workspace: 'w', channel: 'c', message: 'm0' }))?.reply

test.each(['', 'half a new ans'])(
  'T4, T5: an answer stays when its regenerating fails after "%s", and the reader is told why',
  async (said) => {
    const theatre = new Theatre()
    theatre.script = () => saying('a good answer')
    await theatre.ask('1', 'hi')
    const [before] = await replies(theatre)
    theatre.script = () => breaking(said)
    const reply = await again(theatre)
    expect(theatre.visible.at(-1)).toBe(
      `a good answer\n\n${KEPT}\n\n_The model took too long to answer. Please try again._`,
    )
    expect(theatre.screens.at(-1)).toMatchObject({ finished: true, continued: ['m0'] })
    expect(theatre.screens.every(({ working }) => !working)).toBe(true)
    expect(await replies(theatre)).toEqual([before])
    expect(await shownAs(theatre)).toBe(reply)
  },
)

test('T5: it can be asked for again after that', async () => {
  const theatre = new Theatre()
  theatre.script = () => saying('a good answer')
  await theatre.ask('1', 'hi')
  theatre.script = () => breaking('')
  const reply = await again(theatre)
  theatre.script = () => saying('a better one')
  const press = { id: 'again-2', reply, by: { id: 'U1', name: 'Alice' }, at: 2 }
  expect(await theatre.dialogue.regenerate(press)).toBe('accepted')
  await theatre.clock.advance(10_000)
  expect(theatre.visible.at(-1)).toBe('a better one')
  expect(await replies(theatre)).toMatchObject([{ text: 'a better one', alternatives: [{ id: reply }] }])
})

test('T5: it stays when the new one is stopped before its first word', async () => {
  const theatre = new Theatre()
  theatre.script = () => saying('a good answer')
  await theatre.ask('1', 'hi')
  theatre.script = endless
  await again(theatre)
  expect(await theatre.dialogue.stop({ thread: REF })).toBe(true)
  await theatre.clock.advance(1_000)
  expect(theatre.visible.at(-1)).toBe(`a good answer\n\n${KEPT}\n\n_Stopped._`)
  expect(await replies(theatre)).toMatchObject([{ text: 'a good answer', outcome: 'answered' }])
})

test('a failure is no answer that anybody would miss', async () => {
  const theatre = new Theatre()
  theatre.script = () => breaking('half')
  await theatre.ask('1', 'hi')
  await again(theatre)
  expect(theatre.visible.at(-1)).not.toContain(KEPT)
  expect(await replies(theatre)).toMatchObject([{ outcome: 'failed', alternatives: [{ text: 'half' }] }])
})
