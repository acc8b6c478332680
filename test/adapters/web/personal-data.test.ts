import { afterEach, expect, test, vi } from 'vitest'
import type { Question } from '#core/dialogue/question.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { everythingKept } from '#test/everything-kept.ts'
import { quietLog } from '#test/quiet-log.ts'
import { WebClient } from './client.ts'
import { workspace } from './workspace.ts'

afterEach(() => vi.restoreAllMocks())

/** Alice begins a thread, Bob follows; the assistant answers each, and Bob and Alice react. */
async function talked() {
  const store = openSqliteStore('memory:', quietLog)
  const questions: Question[] = []
  const space = await workspace({
    store: store.keyv('web'),
    onQuestion: (question) => questions.push(question),
  })
  const seats = [
    await WebClient.signedIn(space.url, 'Alice Liddell'),
    await WebClient.signedIn(space.url, 'Bob'),
  ]
  const [alice, bob] = seats.map(({ client }) => client)
  if (alice === undefined || bob === undefined) throw new Error('both are signed in')
  const people = seats.map(({ session }) => session.person)
  const begun = await alice.begin('where is the rabbit?')
  const answer = async (text: string) => {
    const question = questions.at(-1)
    if (question === undefined) throw new Error('nobody asked')
    const surface = space.web.open(question.place, [], `reply ${questions.length}`)
    await surface.show({ parts: [text], finished: true, controls: [] }, new AbortController().signal)
  }
  await answer('Down the rabbit hole, Alice.')
  await bob.follow(begun.thread.id, 'thanks Alice')
  await answer('Bob, ask Alice.')
  const page = await bob.thread(begun.thread.id)
  const [, , theirs] = page.messages
  if (theirs) await alice.react(theirs.id, '👍', true)
  return { space, store, alice, bob, people, thread: begun.thread.id }
}

const OF_ALICE = /Alice|Liddell|rabbit/

test('S3: what the workspace keeps of a person is shown and goes; what others said stays', async () => {
  const { space, store, bob, people, thread } = await talked()
  await using _ = space
  const [alice] = people
  const person = { platform: 'web', id: alice?.id ?? '' }
  const [data] = space.web.personalData ?? []
  expect((await Array.fromAsync(data?.export(person) ?? [])).map(({ what }) => what).toSorted()).toEqual([
    'message',
    'reactions',
    'signed in',
  ])
  expect(await data?.erase(person)).toBe(3)
  const kept = everythingKept(store.database)
  expect(kept).not.toMatch(OF_ALICE)
  expect(kept).not.toContain(person.id)
  const page = await bob.thread(thread)
  expect(page.messages.map(({ text }) => text)).toEqual(['thanks [erased]', 'Bob, ask [erased].'])
  expect(page.thread).toMatchObject({ title: 'A deleted question', size: 2 })
  expect(await data?.count(person)).toBe(0)
})

test('S3: erasing goes on where a process died, at every step', async () => {
  const whole = await talked()
  const [wholeData] = whole.space.web.personalData ?? []
  let writes = 0
  const setting = vi.spyOn(whole.space.store, 'set').mockImplementation(async function (
    this: typeof whole.space.store,
    ...args
  ) {
    writes += 1
    return Object.getPrototypeOf(whole.space.store).set.apply(whole.space.store, args)
  })
  await wholeData?.erase({ platform: 'web', id: whole.people[0]?.id ?? '' })
  setting.mockRestore()
  await whole.space[Symbol.asyncDispose]()
  expect(writes).toBeGreaterThan(3)
  for (let died = 0; died < writes; died += 1) {
    const { space, store, bob, people, thread } = await talked()
    const person = { platform: 'web', id: people[0]?.id ?? '' }
    const [data] = space.web.personalData ?? []
    let left = died
    const dying = vi.spyOn(space.store, 'set').mockImplementation(async (...args) => {
      if (left === 0) throw new Error('the process died')
      left -= 1
      return Object.getPrototypeOf(space.store).set.apply(space.store, args)
    })
    await expect(data?.erase(person)).rejects.toThrow('died')
    dying.mockRestore()
    await data?.erase(person)
    expect(everythingKept(store.database)).not.toMatch(OF_ALICE)
    expect(everythingKept(store.database)).not.toContain(person.id)
    expect((await bob.thread(thread)).thread.size).toBe(2)
    await space[Symbol.asyncDispose]()
  }
})

test('S3: a person of another platform is nobody here', async () => {
  const { space, store, people } = await talked()
  await using _ = space
  const before = everythingKept(store.database)
  const [data] = space.web.personalData ?? []
  expect(await data?.erase({ platform: 'slack', id: people[0]?.id ?? '' })).toBe(0)
  expect(everythingKept(store.database)).toBe(before)
})
