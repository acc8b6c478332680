import { expect, test } from 'vitest'
import { createReplies } from '#core/dialogue/replies.ts'
import { systemPrompt } from '#core/dialogue/system-prompt.ts'
import { SystemPrompts } from '#core/dialogue/system-prompts.ts'
import { Ballots } from '#core/feedback/ballots.ts'
import { Comparisons } from '#core/feedback/comparisons.ts'
import { Demonstrations } from '#core/feedback/demonstrations.ts'
import { createFeedbackDesk } from '#core/feedback/feedback-desk.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import { pairsOf } from '#core/feedback/pairs.ts'
import { Rankings } from '#core/feedback/rankings.ts'
import { takeBack } from '#core/feedback/taken-back.ts'
import { ComparisonTasks } from '#core/feedback/tasks.ts'
import type { LanguageModel } from '#core/model/model.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { saying, Theatre } from '#test/dialogue/theatre.ts'
import { quietLog } from '#test/quiet-log.ts'

const alice = { platform: 'slack', id: 'U1' }
const bob = { platform: 'slack', id: 'U2' }
const place = { platform: 'slack', workspace: 'T1', channel: 'C1', root: '1.0' }
const thread = 'slack:T1:C1:1.0'
const never = new AbortController().signal

/** A real dialogue, and both desks on its store. */
async function open() {
  const theatre = new Theatre()
  const { store, transcripts, shownReplies, clock } = theatre
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const systemPrompts = await SystemPrompts.open(store.keyv('prompts'), systemPrompt('be kind'))
  let said = 0
  const model: LanguageModel = {
    label: 'script',
    stream: () => {
      said += 1
      return saying(`drawn ${said}`)
    },
  }
  const replies = createReplies({ transcripts, shownReplies, model, sampling: {}, systemPrompts, clock })
  const demonstrations = new Demonstrations(store.keyv('demonstrations'), pseudonyms)
  const tasks = new ComparisonTasks(store.keyv('tasks'), pseudonyms)
  const rankings = new Rankings(store.keyv('rankings'), pseudonyms)
  const ballots = new Ballots(store.keyv('ballots'), pseudonyms)
  const ledger = new Ledger({ events: store.keyv('ledger'), shown: shownReplies, transcripts, pseudonyms })
  transcripts.onDeleted((where, nth) => takeBack(where, nth, { tasks, demonstrations, replies }))
  await theatre.ask('1', 'what is a monad?', { thread: place })
  const newest = async () => (await transcripts.window(thread)).messages.at(-1)?.id ?? ''
  const judging = { replies, tasks, rankings, ballots, pseudonyms, clock, log: quietLog, signal: never }
  return {
    ...{ theatre, demonstrations, tasks, rankings, newest },
    desk: new Comparisons(judging),
    feedback: createFeedbackDesk({ replies, shown: shownReplies, ledger, demonstrations, pseudonyms }),
  }
}

test('from a question to preference pairs: asked again, compared, ranked by two, and deleted', async () => {
  const { theatre, desk, tasks, rankings, newest } = await open()
  theatre.script = () => saying('said anew')
  const again = { id: 'again', reply: await newest(), by: { id: 'U1', name: 'Alice' }, at: 2 }
  await theatre.dialogue.regenerate(again)
  await theatre.clock.advance(10_000)
  const begun = await desk.begin({ id: 'press', reply: await newest(), by: alice, at: 3 })
  if ('say' in begun) throw new Error(begun.say)
  for (const [nth, by] of [alice, bob].entries()) {
    const ballot = await desk.ballot(begun.task, by, never)
    if ('say' in ballot) throw new Error(ballot.say)
    expect(ballot.question).toBe('what is a monad?')
    // Both prefer what stands, and see no difference between the others.
    const best = ballot.answers.filter(({ text }) => text === 'said anew').map(({ slot }) => slot)
    const others = ballot.answers.filter(({ text }) => text !== 'said anew').map(({ slot }) => slot)
    const form = {
      id: `form ${nth}`,
      task: begun.task,
      by,
      order: [best, others],
      allBad: false,
      at: 4 + nth,
    }
    expect(await desk.rank(form)).toEqual({ ok: true })
  }
  const task = await tasks.get(begun.task)
  expect(task?.candidates.map(({ text }) => text)).toEqual([
    ...['said anew', 'you said: Alice: what is a monad?', 'drawn 1', 'drawn 2'],
  ])
  const standing = task?.candidates[0]?.id
  expect(pairsOf(await rankings.of(begun.task)).map(({ chosen, share }) => [chosen, share])).toEqual([
    [standing, 1],
    [standing, 1],
    [standing, 1],
  ])
  const message = { platform: 'slack', workspace: 'T1', channel: 'C1', message: 'x' }
  await theatre.dialogue.deleted({ question: '1', message, at: 9 })
  await theatre.clock.advance(10_000)
  expect(await tasks.get(begun.task)).toMatchObject({ state: 'withdrawn', candidates: [], prompt: [] })
})

test('a better reply is kept for exactly the prompt, and goes when the question is deleted', async () => {
  const { theatre, feedback, demonstrations, newest } = await open()
  const reply = await newest()
  const draft = await feedback.draft(reply)
  if ('say' in draft) throw new Error(draft.say)
  const form = { id: 'form', reply, version: draft.version, by: bob, at: 5 }
  expect(await feedback.correct({ ...form, text: 'A burrito.' })).toEqual({ ok: true })
  expect(await Array.fromAsync(demonstrations.all())).toMatchObject([
    {
      messages: [
        { role: 'system', content: 'be kind' },
        { role: 'user', content: 'Alice: what is a monad?' },
        { role: 'assistant', content: 'A burrito.', suggestion: draft.text },
      ],
    },
  ])
  const message = { platform: 'slack', workspace: 'T1', channel: 'C1', message: 'x' }
  await theatre.dialogue.deleted({ question: '1', message, at: 9 })
  await theatre.clock.advance(10_000)
  expect(await Array.fromAsync(demonstrations.all())).toEqual([])
})
