import { expect, test } from 'vitest'
import { createReplies } from '#core/dialogue/replies.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { SystemPrompts } from '#core/dialogue/system-prompts.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, Prompt } from '#core/model/model.ts'
import { versionOf } from '#core/store/answer-version.ts'
import { saying, Theatre } from './theatre.ts'

/** The theatre's replies, as a process sees them whose system prompt is this. */
async function repliesOf(theatre: Theatre, system = 'be kind') {
  const { transcripts, shownReplies, clock } = theatre
  const prompts: Prompt[] = []
  const model: LanguageModel = {
    label: 'script',
    stream: (prompt, { signal }) => {
      prompts.push(prompt)
      return theatre.script(prompt, signal)
    },
  }
  const systemPrompts = await SystemPrompts.open(theatre.store.keyv('prompts'), systemPrompt(system))
  const replies = createReplies({
    ...{ transcripts, shownReplies, model, clock, systemPrompts },
    sampling: { temperature: 0.5 },
  })
  return { replies, prompts }
}

const thread = 'test:w:c:r'
const newest = async (theatre: Theatre): Promise<string> =>
  (await theatre.transcripts.window(thread)).messages.at(-1)?.id ?? ''

const never = new AbortController().signal

async function found(theatre: Theatre, reply: string, system?: string) {
  const { replies } = await repliesOf(theatre, system)
  const judged = await replies.find(reply)
  if (typeof judged === 'string') throw new Error(`the reply is ${judged}`)
  return judged
}

test('F4: a reply is found with exactly what the model was asked, and who said it', async () => {
  const theatre = new Theatre()
  await theatre.ask('1', 'hello')
  await theatre.ask('2', 'what is a monad?', { speaker: { id: 'U2', name: 'Bob' } })
  const judged = await found(theatre, await newest(theatre))
  expect(judged.prompt).toEqual(theatre.prompts.at(-1))
  expect(judged).toMatchObject({
    ...{ thread, platform: 'test', question: 'what is a monad?', alternatives: [] },
    version: versionOf('you said: Bob: what is a monad?'),
    speakers: [
      { platform: 'test', id: 'U1' },
      { platform: 'test', id: 'U2' },
    ],
    askedBy: [{ platform: 'test', id: 'U2' }],
  })
})

test('F4: after the system prompt has changed, a reply is still found with the one of its time', async () => {
  const theatre = new Theatre()
  await repliesOf(theatre)
  await theatre.ask('1', 'hello')
  const reply = await newest(theatre)
  const { replies, prompts } = await repliesOf(theatre, 'be terse')
  const judged = await replies.find(reply)
  if (typeof judged === 'string') throw new Error(`the reply is ${judged}`)
  expect(judged.prompt.system).toBe('be kind')
  const sampled = await replies.sample(judged, never)
  expect(prompts).toEqual([judged.prompt])
  expect(sampled.made).toMatchObject({
    ...{ promptVersion: systemPrompt('be kind').version, arm: 'comparison', model: 'script-1' },
    sampling: { temperature: 0.5 },
  })
})

test('a reply whose system prompt nobody kept is not given another one', async () => {
  const theatre = new Theatre()
  await theatre.ask('1', 'hello')
  const { replies } = await repliesOf(theatre, 'be terse')
  expect(await replies.find(await newest(theatre))).toBe('unknown')
  expect(await replies.find('nobody’s')).toBe('unknown')
})

test('T5: a reply that another one replaced is found as it was, the newer one beside it', async () => {
  const theatre = new Theatre()
  await theatre.ask('1', 'hello')
  const first = await newest(theatre)
  theatre.script = () => saying('something else')
  const by = { id: 'U1', name: 'Alice' }
  await theatre.dialogue.regenerate({ id: 'again', reply: first, by, at: 2 })
  await theatre.clock.advance(10_000)
  const second = await newest(theatre)
  expect(await found(theatre, first)).toMatchObject({
    answer: { id: first, text: 'you said: Alice: hello' },
    alternatives: [{ id: second, text: 'something else' }],
  })
  expect(await found(theatre, second)).toMatchObject({
    answer: { id: second },
    alternatives: [{ id: first }],
  })
})

test('T6: a reply whose question was deleted is deleted', async () => {
  const theatre = new Theatre()
  await theatre.ask('1', 'hello')
  const reply = await newest(theatre)
  const message = { platform: 'test', workspace: 'w', channel: 'c', message: 'x' }
  await theatre.dialogue.deleted({ question: '1', message, at: 5 })
  await theatre.clock.advance(10_000)
  const { replies } = await repliesOf(theatre)
  expect(await replies.find(reply)).toBe('deleted')
})

test('T6: when something of a prompt was edited or deleted since, its reply knows when', async () => {
  const theatre = new Theatre()
  for (const nth of ['1', '2', '3']) await theatre.ask(nth, `question ${nth}`)
  const last = await newest(theatre)
  expect(await found(theatre, last)).not.toHaveProperty('changedAt')
  const before = theatre.clock.now()
  await theatre.clock.advance(10_000)
  await theatre.dialogue.edited({ question: '2', version: 'v2', text: 'another question', at: 5 })
  await theatre.clock.advance(10_000)
  const edited = await found(theatre, last)
  expect(edited.changedAt).toBeGreaterThan(before)
  expect(edited.answer.at).toBeLessThan(edited.changedAt ?? 0)

  const message = { platform: 'test', workspace: 'w', channel: 'c', message: 'x' }
  await theatre.dialogue.deleted({ question: '1', message, at: 6 })
  await theatre.clock.advance(10_000)
  expect((await found(theatre, last)).changedAt).toBeGreaterThan(edited.changedAt ?? 0)

  const by = { id: 'U1', name: 'Alice' }
  await theatre.dialogue.regenerate({ id: 'again', reply: last, by, at: 7 })
  await theatre.clock.advance(10_000)
  const { answer, changedAt = 0 } = await found(theatre, await newest(theatre))
  expect(answer.at).toBeGreaterThanOrEqual(changedAt)
})

test('a sample is shown to nobody and remembered nowhere; a fault of the model is told by its kind', async () => {
  const theatre = new Theatre()
  await theatre.ask('1', 'hello')
  const { replies } = await repliesOf(theatre)
  const judged = await found(theatre, await newest(theatre))
  const before = await theatre.transcripts.window(thread)
  expect((await replies.sample(judged, never)).text).toBe('you said: Alice: hello')
  expect(await theatre.transcripts.window(thread)).toEqual(before)
  expect(theatre.screens).toHaveLength(1)
  theatre.script = () => {
    throw new ModelError('rate_limit', 'too many')
  }
  await expect(replies.sample(judged, never)).rejects.toMatchObject({ kind: 'rate_limit' })
})
