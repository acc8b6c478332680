import { expect, test } from 'vitest'
import { CONSOLE_SAYINGS } from '#core/feedback/console/sayings.ts'
import { LONGEST_NOTE, type Review } from '#core/feedback/console-desk.ts'
import type { Demonstration } from '#core/feedback/demonstrations.ts'
import { demonstrations } from '#core/learning/dataset/sources/demonstrations.ts'
import { recordingConsole } from '#test/recording-console.ts'
import { ana, answered, asked, ben, cleo, press, submittedBy, Tab, written } from './writers.ts'

type Space = ReturnType<typeof recordingConsole>

const review = (
  { console }: Space,
  of: { readonly dialogue: string; readonly revision: number },
  more: Partial<Review> = {},
) => console.review({ ...of, by: ben, verdict: 'accept', note: '', at: press().at, ...more })

/** What a dataset would take, and whose consent it would ask for. */
async function learnt({ dialogues }: Space) {
  const all = await dialogues.all()
  const found = demonstrations(
    async function* () {
      yield* all
    },
    async () => 'unknown',
  )
  const taken: { answer: unknown; people: readonly string[] }[] = []
  for await (const { examples } of found(async () => true)) {
    if (typeof examples === 'string') continue
    for (const { people, ...example } of examples)
      taken.push({ answer: example.is === 'dialogue' ? example.answer : undefined, people })
  }
  return taken
}

test('only a complete dialogue is submitted, and each lack has its sentence', async () => {
  const { console } = recordingConsole()
  const cases = [
    [[], CONSOLE_SAYINGS.empty],
    [[asked(''), answered(' ')], CONSOLE_SAYINGS.empty],
    [[asked('Why?'), answered('')], CONSOLE_SAYINGS.blank],
    [[answered('Hello.'), asked('Why?')], CONSOLE_SAYINGS.begins],
    [[asked('Why?'), asked('Really?'), answered('So.')], CONSOLE_SAYINGS.alternates],
    [[asked('Why?')], CONSOLE_SAYINGS.ends],
  ] as const
  for (const [turns, say] of cases) {
    const { dialogue, base: revision } = await written(console, ana, turns)
    expect(await console.submit({ dialogue, revision, by: ana, at: press().at })).toEqual({ ok: false, say })
  }
})

test('a dialogue goes to others for a review; nobody reviews their own', async () => {
  const space = recordingConsole()
  const of = await submittedBy(space.console, ana)
  expect(await space.console.waiting(ana)).toEqual([])
  expect(await space.console.waiting(ben)).toMatchObject([{ id: of.dialogue, turns: 2 }])
  expect(await space.console.open(of.dialogue, ben)).toMatchObject({ mine: false, status: 'submitted' })
  expect(await review(space, of, { by: ana })).toEqual({ ok: false, say: CONSOLE_SAYINGS.ownReview })
  expect(await review(space, of)).toMatchObject({ ok: true })
  expect(await space.console.waiting(ben)).toEqual([])
  expect(await space.console.own(ana)).toMatchObject([{ status: 'reviewed' }])
  expect((await space.dialogues.all())[0]?.review).toMatchObject({ by: space.dialogues.pseudonym(ben) })
})

test('F1: a review that is delivered again is one; of two reviewers at once the first decides', async () => {
  const space = recordingConsole()
  const of = await submittedBy(space.console, ana)
  const { at } = press()
  const sent = await Promise.all([
    review(space, of, { at }),
    review(space, of, { at }),
    review(space, of, { by: cleo, verdict: 'send_back', note: 'Shorter.' }),
  ])
  expect(sent).toEqual([
    expect.objectContaining({ ok: true }),
    expect.objectContaining({ ok: true }),
    { ok: false, say: CONSOLE_SAYINGS.notWaiting },
  ])
  expect(await space.console.own(ana)).toMatchObject([{ status: 'reviewed' }])
})

test('what is sent back has a note; its writer changes it and submits it again', async () => {
  const space = recordingConsole()
  const of = await submittedBy(space.console, ana)
  const back = { verdict: 'send_back' } as const
  expect(await review(space, of, { ...back, note: '  ' })).toEqual({ ok: false, say: CONSOLE_SAYINGS.noNote })
  expect(await review(space, of, { ...back, note: 'x'.repeat(LONGEST_NOTE + 1) })).toMatchObject({
    say: expect.stringContaining('Your note has 2,001 characters'),
  })
  expect(await review(space, of, { ...back, note: 'Shorter, please.' })).toMatchObject({ ok: true })
  expect(await space.console.own(ana)).toMatchObject([{ status: 'rejected', note: 'Shorter, please.' }])
  expect(await learnt(space)).toEqual([])
  const step = { dialogue: of.dialogue, by: ana }
  const open = await space.console.reopen({ ...step, revision: of.revision + 1, at: press().at })
  if (!open.ok) throw new Error(open.say)
  expect(await space.console.open(of.dialogue, ana)).toMatchObject({
    status: 'draft',
    note: 'Shorter, please.',
  })
  const tab = new Tab(space.console, ana, 'again', of.dialogue, open.revision)
  tab.hear(await tab.save([asked('Why?'), answered('So.')])())
  expect(await space.console.submit({ ...step, revision: tab.base, at: press().at })).toMatchObject({
    ok: true,
  })
  // What somebody looked at before is not what they review.
  expect(await review(space, of)).toEqual({ ok: false, say: CONSOLE_SAYINGS.changed })
  expect(await review(space, { ...of, revision: tab.base + 1 })).toMatchObject({ ok: true })
  expect(await space.console.own(ana)).not.toHaveProperty('0.note')
})

test('F1: a step that is delivered again is done once', async () => {
  const { console } = recordingConsole()
  const tab = await written(console, ana)
  const step = { dialogue: tab.dialogue, revision: tab.base, by: ana, at: press().at }
  expect(await console.submit(step)).toEqual({ ok: true, revision: tab.base + 1 })
  expect(await console.submit(step)).toEqual({ ok: true, revision: tab.base + 1 })
  expect(await console.submit({ ...step, revision: tab.base + 1 })).toMatchObject({ ok: false })
})

test('a reviewer’s own version takes the place of the first one when it is submitted', async () => {
  const space = recordingConsole()
  const of = await submittedBy(space.console, ana, [asked('Why?'), answered('Because.')])
  const request = { ...press(), ...of, by: ben }
  const own = await space.console.version(request)
  if ('say' in own) throw new Error(own.say)
  expect(own).toMatchObject({ mine: true, status: 'draft', isVersion: true, turns: [{ text: 'Why?' }, {}] })
  expect(await space.console.version(request)).toMatchObject({ id: own.id })
  expect(await space.console.version({ ...request, by: ana })).toEqual({ say: CONSOLE_SAYINGS.ownReview })
  const tab = new Tab(space.console, ben, 'version', own.id)
  tab.hear(await tab.save([asked('Why?'), answered('Because of the tides.')])())
  expect(await space.console.own(ana)).toMatchObject([{ status: 'submitted' }])
  await space.console.submit({ dialogue: own.id, revision: tab.base, by: ben, at: press().at })
  expect(await space.console.own(ana)).toMatchObject([{ status: 'rejected', note: CONSOLE_SAYINGS.replaced }])
  // S2: both have words in it, so both must allow it.
  const people = [ana, ben].map((person) => space.dialogues.pseudonym(person)).toSorted()
  expect(await learnt(space)).toEqual([{ answer: 'Because of the tides.', people }])
})

test('a version never replaces what was changed or accepted meanwhile', async () => {
  const space = recordingConsole()
  const of = await submittedBy(space.console, ana)
  const own = await space.console.version({ ...press(), ...of, by: ben })
  if ('say' in own) throw new Error(own.say)
  await review(space, of, { by: cleo })
  const done = await space.console.submit({
    dialogue: own.id,
    revision: own.revision,
    by: ben,
    at: press().at,
  })
  expect(done).toMatchObject({ ok: true })
  expect(await space.console.own(ana)).toMatchObject([{ status: 'reviewed' }])
})

test('datasets use what was submitted or reviewed: no draft, nothing that was sent back', async () => {
  const space = recordingConsole()
  await written(space.console, ana, [asked('Draft?'), answered('a draft')])
  await submittedBy(space.console, ana, [asked('Sent?'), answered('submitted')])
  const good = await submittedBy(space.console, ana, [asked('Good?'), answered('reviewed')])
  const bad = await submittedBy(space.console, ana, [asked('Bad?'), answered('sent back')])
  const open = await submittedBy(space.console, ana, [asked('Open?'), answered('taken back')])
  await review(space, good)
  await review(space, bad, { verdict: 'send_back', note: 'No.' })
  await space.console.reopen({ ...open, by: ana, at: press().at })
  expect((await learnt(space)).map(({ answer }) => answer).toSorted()).toEqual(['reviewed', 'submitted'])
})

const statuses = (all: readonly Demonstration[]) => all.map(({ status }) => status)

test('S3: erasing a writer takes their dialogues and every version of them, suggestions too', async () => {
  const space = recordingConsole()
  const of = await submittedBy(space.console, ana)
  const own = await space.console.version({ ...press(), ...of, by: ben })
  if ('say' in own) throw new Error(own.say)
  await submittedBy(space.console, cleo)
  const request = { side: 'user', turns: [], system: '', by: ana, at: press().at } as const
  await Array.fromAsync(space.console.suggest(request, new AbortController().signal))
  const page = new Tab(space.console, ben, 'open', own.id, own.revision)
  expect(await space.erase(ana)).toBe(3)
  expect(statuses(await space.dialogues.all())).toEqual(['submitted'])
  expect(await space.dialogues.suggestions()).toEqual([])
  expect(await space.console.own(ana)).toEqual([])
  expect(await space.console.waiting(ben)).toHaveLength(1)
  // A page that still shows the version keeps its text to itself: words of somebody erased do not come back.
  expect(await page.save([asked('What is a monad?')], '', true)()).toEqual({
    ...{ ok: false, say: CONSOLE_SAYINGS.versionGone },
  })
})

test('S3: erasing a reviewer leaves the dialogue, and nothing of the reviewer in it', async () => {
  const space = recordingConsole()
  const of = await submittedBy(space.console, ana)
  await review(space, of, { verdict: 'send_back', note: 'Shorter, says Ben.' })
  const [seen] = await space.export(ben)
  expect(seen).toMatchObject({ what: 'review', note: 'Shorter, says Ben.' })
  expect(seen).not.toHaveProperty('messages')
  const [own] = await space.export(ana)
  expect(own).toMatchObject({ what: 'demonstration', review: { note: 'Shorter, says Ben.' } })
  expect(JSON.stringify(own)).not.toContain(space.dialogues.pseudonym(ben))
  expect(await space.erase(ben)).toBe(1)
  expect(JSON.stringify(await space.dialogues.all())).not.toContain('says Ben')
  expect(await space.console.own(ana)).toMatchObject([{ status: 'rejected' }])
})
