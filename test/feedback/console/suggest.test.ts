import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OPENING } from '#core/feedback/console/instructions.ts'
import { promptFor } from '#core/feedback/console/prompt.ts'
import { CONSOLE_SAYINGS } from '#core/feedback/console/sayings.ts'
import type { ConsoleDesk, Side, SuggestionEvent, TypedTurn } from '#core/feedback/console-desk.ts'
import { ModelError } from '#core/model/error.ts'
import { explain } from '#core/model/explain.ts'
import { estimateTokens, TOKENS_AROUND } from '#core/model/tokens.ts'
import { recordingConsole } from '#test/recording-console.ts'
import { ana, answered, asked, ben, press } from './writers.ts'

const NEVER = new AbortController().signal
const DIALOGUE = [asked('Why is the sky blue?'), answered('It scatters light.')]

const suggest = (
  { console }: { readonly console: ConsoleDesk },
  side: Side,
  turns: readonly TypedTurn[],
  { system = '', by = ana, signal = NEVER } = {},
): AsyncIterable<SuggestionEvent> => console.suggest({ side, turns, system, by, at: press().at }, signal)

test('the assistant’s side is asked as the assistant, with the dialogue’s own system text', async () => {
  const space = recordingConsole()
  const events = await Array.fromAsync(
    suggest(space, 'assistant', DIALOGUE.slice(0, 1), { system: 'Be brief.' }),
  )
  expect(events.map(({ type }) => type)).toEqual(['start', 'text', 'text', 'text', 'done'])
  expect(events.at(-1)).toEqual({ type: 'done', model: 'script-1', cut: false })
  expect(space.dialogues.prompts[0]).toMatchObject({
    system: 'Be brief.',
    turns: [{ role: 'user', content: 'Why is the sky blue?' }],
  })
})

test('M5: the best of several, where the operator wants that, is recorded as it was chosen', async () => {
  const space = recordingConsole(16_000, 4)
  const choice = { n: 4, seed: 7, scores: [0.1, null, 2, -1], chosen: 2, by: 'score' } as const
  space.dialogues.choice = choice
  await Array.fromAsync(suggest(space, 'assistant', DIALOGUE.slice(0, 1)))
  expect(space.dialogues.bestOf).toEqual([4])
  expect(await space.dialogues.suggestions()).toMatchObject([{ text: 'A suggested turn.', choice }])
})

test('the person’s side is asked with the roles swapped, and told to play the person', async () => {
  const space = recordingConsole()
  await Array.fromAsync(suggest(space, 'user', DIALOGUE, { system: 'Be brief.' }))
  await Array.fromAsync(suggest(space, 'user', []))
  const [later, first] = space.dialogues.prompts
  expect(later?.turns).toEqual([
    { role: 'user', content: OPENING },
    { role: 'assistant', content: 'Why is the sky blue?' },
    { role: 'user', content: 'It scatters light.' },
  ])
  expect(later?.system).toMatch(
    /You play the person[\s\S]*assistant of this dialogue was told:\n\nBe brief\./,
  )
  expect(first?.turns).toEqual([{ role: 'user', content: OPENING }])
  const [one, two] = await space.dialogues.suggestions()
  expect(one).toMatchObject({ side: 'user', text: 'A suggested turn.', promptVersion: two?.promptVersion })
  expect(one?.promptVersion).toMatch(/^[0-9a-f]{12}$/)
})

test('a side that has just spoken is not asked to speak again', async () => {
  const space = recordingConsole()
  expect(await Array.fromAsync(suggest(space, 'user', DIALOGUE.slice(0, 1)))).toEqual([
    { type: 'failed', say: CONSOLE_SAYINGS.beforePerson },
  ])
  for (const turns of [[], DIALOGUE, [asked(' ')]])
    expect(await Array.fromAsync(suggest(space, 'assistant', turns))).toEqual([
      { type: 'failed', say: CONSOLE_SAYINGS.beforeAssistant },
    ])
  expect(space.dialogues.prompts).toEqual([])
})

test('C3: a prompt never exceeds the budget, alternates, ends with what is answered, and says what it lacks', () => {
  const side = fc.constantFrom<Side>('user', 'assistant')
  const turn = fc.record({ side, text: fc.string({ maxLength: 60, unit: 'grapheme' }) })
  fc.assert(
    fc.property(
      fc.array(turn, { maxLength: 12 }),
      side,
      fc.integer({ min: 0, max: 1_500 }),
      fc.string({ maxLength: 200 }),
      (turns, side, budget, system) => {
        const asked = promptFor({ system, turns }, side, budget)
        if ('say' in asked) {
          expect(Object.values(CONSOLE_SAYINGS)).toContain(asked.say)
          return
        }
        const { prompt, dropped } = asked
        const size = prompt.turns.reduce(
          (sum, { content }) => sum + estimateTokens(content) + TOKENS_AROUND,
          0,
        )
        expect(size + estimateTokens(prompt.system)).toBeLessThanOrEqual(budget)
        expect(prompt.turns.map(({ role }) => role)).toEqual(
          prompt.turns.map((_, nth) => (nth % 2 === 0 ? 'user' : 'assistant')),
        )
        expect(prompt.turns.at(-1)?.role).toBe('user')
        const whole = promptFor({ system, turns }, side, Number.MAX_SAFE_INTEGER)
        if ('say' in whole) throw new Error('more room cannot be less possible')
        expect(whole.dropped).toBe(0)
        expect(whole.prompt.turns.slice(-prompt.turns.length)).toEqual(prompt.turns)
        if (dropped === 0)
          expect(whole.prompt.turns.length - prompt.turns.length).toBeLessThanOrEqual(side === 'user' ? 1 : 0)
      },
    ),
  )
})

test('C3: a turn that alone is too long for the model is told, and nobody is asked', async () => {
  const space = recordingConsole(1_000)
  const events = await Array.fromAsync(suggest(space, 'assistant', [asked('x'.repeat(9_000))]))
  expect(events).toEqual([{ type: 'failed', say: CONSOLE_SAYINGS.tooLong }])
  const long = [asked('a'.repeat(1_200)), answered('b'.repeat(1_200)), asked('Go on.')]
  expect((await Array.fromAsync(suggest(space, 'assistant', long)))[0]).toMatchObject({ dropped: 2 })
})

test('T5: a writer who closes it cancels the model at once; what had come can still be taken', async () => {
  const space = recordingConsole()
  const stop = new AbortController()
  let words = 0
  space.dialogues.pause = async (signal) => {
    words += 1
    signal.throwIfAborted()
    if (words <= 2) return
    const { promise, reject } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => reject(signal.reason))
    await promise
  }
  const heard: SuggestionEvent[] = []
  const listening = async () => {
    for await (const event of suggest(space, 'assistant', DIALOGUE.slice(0, 1), { signal: stop.signal })) {
      heard.push(event)
      if (heard.length === 3) stop.abort(new Error('closed'))
    }
  }
  await expect(listening()).rejects.toThrow('closed')
  expect(heard.map(({ type }) => type)).toEqual(['start', 'text', 'text'])
  expect(space.dialogues.prompts[0]?.signal.aborted).toBe(true)
  expect(await space.dialogues.suggestions()).toMatchObject([{ text: 'A suggested ', ended: 'stopped' }])
})

test('T4: a model that fails says so in plain words, and what it had said is kept', async () => {
  const space = recordingConsole()
  for (const kind of ['rate_limit', 'quota', 'network', 'timeout', 'broken_stream'] as const) {
    space.dialogues.fails = kind
    const events = await Array.fromAsync(suggest(space, 'assistant', DIALOGUE.slice(0, 1)))
    expect(events.at(-1)).toEqual({ type: 'failed', say: explain(new ModelError(kind, '')) })
  }
  expect(await space.dialogues.suggestions()).toHaveLength(5)
  expect((await space.dialogues.suggestions())[0]).toMatchObject({
    ended: 'failed',
    text: 'A suggested turn.',
  })
  space.dialogues.fails = undefined
  space.dialogues.words = [' ', '\n']
  const events = await Array.fromAsync(suggest(space, 'assistant', DIALOGUE.slice(0, 1)))
  expect(events.at(-1)).toEqual({ type: 'failed', say: CONSOLE_SAYINGS.nothingSaid })
  expect(await space.dialogues.suggestions()).toHaveLength(5)
})

test('an emoji that comes in two halves is one', async () => {
  const space = recordingConsole()
  space.dialogues.words = ['Hi \ud83d', '\ude80', ' there \ud83d']
  const events = await Array.fromAsync(suggest(space, 'assistant', DIALOGUE.slice(0, 1)))
  expect(events.flatMap((event) => (event.type === 'text' ? [event.delta] : []))).toEqual([
    'Hi ',
    '🚀',
    ' there ',
  ])
})

test('one person has two at once and no more; others are not held up', async () => {
  const space = recordingConsole()
  const gate = Promise.withResolvers<void>()
  space.dialogues.pause = () => gate.promise
  const running = [1, 2].map(() => Array.fromAsync(suggest(space, 'assistant', DIALOGUE.slice(0, 1))))
  await expect.poll(() => space.dialogues.prompts.length).toBe(2)
  expect(await Array.fromAsync(suggest(space, 'assistant', DIALOGUE.slice(0, 1)))).toEqual([
    { type: 'failed', say: CONSOLE_SAYINGS.busy },
  ])
  const other = Array.fromAsync(suggest(space, 'assistant', DIALOGUE.slice(0, 1), { by: ben }))
  await expect.poll(() => space.dialogues.prompts.length).toBe(3)
  gate.resolve()
  await Promise.all([...running, other])
  expect((await Array.fromAsync(suggest(space, 'assistant', DIALOGUE.slice(0, 1)))).at(-1)).toMatchObject({
    type: 'done',
  })
})
