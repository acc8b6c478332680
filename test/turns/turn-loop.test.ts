import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { LEASE_MS } from '#core/turns/inbox.ts'
import { SqliteInbox } from '#core/turns/sqlite-inbox.ts'
import { type Try, TurnLoop } from '#core/turns/turn-loop.ts'
import { quietLog, recordingLog } from '#test/quiet-log.ts'
import { settle, VirtualClock } from '#test/virtual-clock.ts'

type Work = (claim: Try, signal: AbortSignal) => Promise<void>

function open(work: Work, log = quietLog) {
  const clock = new VirtualClock(1_000)
  let jumped = 0
  /** By which leases end; sleepers do not wake when it jumps. */
  const wall = { now: () => clock.now() + jumped, sleep: clock.sleep.bind(clock) }
  const inbox = new SqliteInbox(new DatabaseSync(':memory:'), wall)
  const loop = new TurnLoop({ inbox, work, clock: wall, log })
  const jump = (ms: number) => {
    jumped += ms
  }
  const put = async (id: string, thread = 'a') => {
    await inbox.put({ id, thread, sentAt: Number(id), body: '' })
    loop.wake()
  }
  return { clock, inbox, jump, loop, put }
}

/** Work that ends when the test says so. */
function manualWork() {
  const running: { ids: string[]; finish: () => void; fail: (error: Error) => void }[] = []
  const work: Work = (claim, signal) =>
    new Promise((resolve, reject) => {
      const ids = claim.deliveries.map(({ id }) => id)
      running.push({ ids, finish: resolve, fail: reject })
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  return { running, work }
}

test('T2: one turn a thread, what waits is answered together next, other threads run beside it', async () => {
  const { running, work } = manualWork()
  const { put } = open(work)
  await put('1')
  await settle()
  await put('2')
  await put('3')
  await put('4', 'b')
  await settle()
  expect(running.map(({ ids }) => ids)).toEqual([['1'], ['4']])
  running[0]?.finish()
  await settle()
  expect(running.map(({ ids }) => ids)).toEqual([['1'], ['4'], ['2', '3']])
})

test('a turn that fails by our fault is logged and tried again, after a pause', async () => {
  const { running, work } = manualWork()
  const { log, lines } = recordingLog()
  const { put, clock } = open(work, log)
  await put('1')
  await settle()
  running[0]?.fail(new Error('a bug'))
  await settle()
  expect(running).toHaveLength(1)
  await clock.advance(1_000)
  expect(running.map(({ ids }) => ids)).toEqual([['1'], ['1']])
  expect(lines().filter(({ level }) => level === 50)).toHaveLength(1)
})

test('T7: a stop waits for running turns, begins no new ones, and is quick when they end', async () => {
  const { running, work } = manualWork()
  const { put, loop, inbox } = open(work)
  await put('1')
  await settle()
  const stopped = loop.stop(10_000)
  await put('2', 'b')
  await settle()
  expect(running).toHaveLength(1)
  running[0]?.finish()
  expect(await stopped).toBe(0)
  expect(await inbox.waiting()).toBe(1)
})

test('T7, T3: past the bound a turn is handed over, and can be claimed at once', async () => {
  const { work } = manualWork()
  const { put, loop, inbox, clock } = open(work)
  await put('1')
  await settle()
  const stopped = loop.stop(10_000)
  await clock.advance(10_000)
  expect(await stopped).toBe(1)
  expect((await inbox.claim())?.attempt).toBe(2)
})

test('T3: a turn that takes longer than a lease keeps it', async () => {
  const { running, work } = manualWork()
  const { put, inbox, clock } = open(work)
  await put('1')
  await clock.advance(LEASE_MS * 3)
  expect(await inbox.claim()).toBeUndefined()
  running[0]?.finish()
  await settle()
  expect(await inbox.waiting()).toBe(0)
})

test('T3: tries that failed are counted; those of a process that was killed say nothing about the turn', async () => {
  const tries: { attempt: number; failures: number }[] = []
  const { put, clock, inbox } = open(async ({ attempt, failures }) => {
    tries.push({ attempt, failures })
    if (failures < 2) throw new Error('a bug')
  })
  await inbox.put({ id: '1', thread: 'a', sentAt: 0, body: '' })
  for (let killed = 0; killed < 3; killed += 1) {
    await inbox.claim()
    await clock.advance(LEASE_MS)
  }
  await put('2', 'b')
  await clock.advance(10_000)
  const inA = tries.filter(({ attempt }) => attempt > 3)
  expect(inA).toEqual([
    { attempt: 4, failures: 0 },
    { attempt: 5, failures: 1 },
    { attempt: 6, failures: 2 },
  ])
})

test('T2: when the clock jumps past its lease, a turn keeps its thread and goes on', async () => {
  const { running, work } = manualWork()
  const { put, jump, loop, inbox } = open(work)
  await put('1')
  await settle()
  jump(LEASE_MS * 4)
  loop.wake()
  await settle()
  expect(running).toHaveLength(1)
  running[0]?.finish()
  await settle()
  expect(await inbox.waiting()).toBe(0)
})

test('T2: a thread that was taken from us is left before we take it up again, and that is no failure', async () => {
  const events: string[] = []
  const { put, inbox, jump, loop } = open(async ({ attempt, failures }, signal) => {
    events.push(`begins ${attempt} after ${failures} failures`)
    if (attempt === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    await settle()
    events.push(`leaves ${attempt}`)
    signal.throwIfAborted()
  })
  await put('1')
  await settle()
  jump(LEASE_MS)
  const stolen = await inbox.claim()
  if (stolen === undefined) throw new Error('the lease has not ended')
  await inbox.release(stolen)
  loop.wake()
  await settle()
  await settle()
  await settle()
  expect(events).toEqual(['begins 1 after 0 failures', 'leaves 1', 'begins 3 after 0 failures', 'leaves 3'])
})

test('T2: a turn whose lease is about to end while the store is away stops writing in time for what is on its way', async () => {
  const { running, work } = manualWork()
  const aborted: unknown[] = []
  const { put, clock, inbox } = open((claim, signal) => {
    signal.addEventListener('abort', () => aborted.push(claim.attempt))
    return work(claim, signal)
  })
  await put('1')
  await settle()
  const away = vi.spyOn(inbox, 'renew').mockRejectedValue(new Error('the store is away'))
  await clock.advance((LEASE_MS * 2) / 3 - 1)
  expect(aborted).toEqual([])
  await clock.advance(1)
  expect(aborted).toEqual([1])
  away.mockRestore()
  await clock.advance(LEASE_MS / 3 + 1_000)
  await settle()
  expect(running.map(({ ids }) => ids)).toEqual([['1'], ['1']])
})
