import { expect, test } from 'vitest'
import { type Demonstration, Demonstrations } from '#core/feedback/demonstrations.ts'
import { recordId } from '#core/feedback/record-id.ts'
import { takeBack } from '#core/feedback/taken-back.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { Transcripts } from '#core/store/transcripts.ts'
import { quietLog } from '#test/quiet-log.ts'
import { exampleTask } from './examples.ts'
import { answer, FakeReplies, judged } from './judged.ts'

const HERE = 'slack:T1:C1:1.0'

/** Copies of the prompt that is the messages 2, 3 and 4 of this thread, and of the same places of another. */
async function open() {
  const store = openSqliteStore('memory:', quietLog)
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const tasks = new ComparisonTasks(store.keyv('tasks'), pseudonyms)
  const demonstrations = new Demonstrations(store.keyv('demonstrations'), pseudonyms)
  const replies = new FakeReplies()
  const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
  transcripts.onDeleted((thread, place) => takeBack(thread, place, { tasks, demonstrations, replies }))
  const prompt = { first: 2, end: 5 }
  const { made } = answer('r1', 'An answer.')
  if (made === undefined) throw new Error('an answer that nobody made')
  for (const thread of [HERE, 'slack:T1:C1:9.9']) {
    await transcripts.append(
      thread,
      ['0', '1', '2', '3', '4', '5'].map((id) => ({ role: 'deleted', id, at: 1 })),
    )
    const candidates = [{ id: 'r1', text: 'An answer.', at: 1, made: { ...made, prompt } }]
    await tasks.put(exampleTask({ id: recordId(1, thread), thread, candidates }))
    const demonstration: Demonstration = {
      ...{ schema: 1, id: recordId(1, thread), at: 1, provenance: 'slack', messages: [], trainer: 'p_1' },
      ...{ status: 'submitted', of: { reply: 'r1', version: 'v', prompt }, thread, speakers: [] },
    }
    await demonstrations.put(demonstration)
  }
  const deleted = (id: string) => transcripts.replace(HERE, id, { role: 'deleted', id, at: 2 })
  return {
    ...{ deleted, replies },
    left: async () => ({
      tasks: (await Array.fromAsync(tasks.all())).filter(({ state }) => state === 'ready').length,
      demonstrations: (await Array.fromAsync(demonstrations.all())).length,
    }),
  }
}

test('T6: a message that is deleted leaves every copy of the prompts that held it, and no others', async () => {
  const { deleted, left } = await open()
  await deleted('1')
  await deleted('5')
  expect(await left()).toEqual({ tasks: 2, demonstrations: 2 })
  await deleted('4')
  await deleted('4')
  expect(await left()).toEqual({ tasks: 1, demonstrations: 1 })
})

test('T6: a reply that is deleted takes its comparison and its corrections with it', async () => {
  const { deleted, replies, left } = await open()
  replies.known.set('r1', judged())
  await deleted('5')
  expect(await left()).toEqual({ tasks: 2, demonstrations: 2 })
  replies.known.set('r1', 'deleted')
  await deleted('5')
  expect(await left()).toEqual({ tasks: 1, demonstrations: 1 })
})
