import { expect, test } from 'vitest'
import { createReplies } from '#core/dialogue/replies.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { SystemPrompts } from '#core/dialogue/system-prompts.ts'
import type { Choice, LanguageModel } from '#core/model/model.ts'
import { Theatre } from './theatre.ts'

const choice: Choice = {
  n: 4,
  seed: 7,
  scores: [0.1, null, 2, -1],
  chosen: 2,
  rewardModel: 'rm_1',
  by: 'score',
}

test('M5: how a reply was chosen among several is recorded with it', async () => {
  const theatre = new Theatre()
  theatre.script = async function* () {
    yield { type: 'text', delta: 'the best of four' }
    yield { type: 'done', finish: 'stop', model: 'script-1', choice }
  }
  await theatre.ask('1', 'hi')
  const { messages } = await theatre.transcripts.window('test:w:c:r')
  expect(messages[1]).toMatchObject({ text: 'the best of four', made: { model: 'script-1', choice } })
})

test('the model is asked for as many as the operator wants', async () => {
  const theatre = new Theatre()
  await theatre.ask('1', 'hi')
  theatre.bestOf = 4
  theatre.dialogue = theatre.open()
  await theatre.ask('2', 'hi again')
  expect(theatre.askedBestOf).toEqual([undefined, 4])
})

test('F5: what is drawn for a comparison is the model itself, not the best of several', async () => {
  const theatre = new Theatre()
  await theatre.ask('1', 'hi')
  const asked: (number | undefined)[] = []
  const model: LanguageModel = {
    label: 'script',
    async *stream(_prompt, { bestOf }) {
      asked.push(bestOf)
      yield { type: 'text', delta: 'another' }
      yield { type: 'done', finish: 'stop', model: 'script-1' }
    },
  }
  const systemPrompts = await SystemPrompts.open(theatre.store.keyv('prompts'), systemPrompt('be kind'))
  const { transcripts, shownReplies, clock } = theatre
  const replies = createReplies({ transcripts, shownReplies, model, sampling: {}, systemPrompts, clock })
  const { messages } = await transcripts.window('test:w:c:r')
  const judged = await replies.find(messages[1]?.id ?? '')
  if (typeof judged === 'string') throw new Error(`the reply is ${judged}`)
  await replies.sample(judged, new AbortController().signal)
  expect(asked).toEqual([undefined])
})
