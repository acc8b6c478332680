import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { isDead, thisProcess, writeOwner } from '#core/turns/owner.ts'

const us = { host: 'here', pid: 7, life: 'now' }

test.each([
  ['this very process', us, false],
  ['an earlier life with our number', { ...us, life: 'before' }, true],
  ['a process that is gone', { host: 'here', pid: 8, life: 'x' }, true],
  ['a number that somebody has by now', { host: 'here', pid: 9, life: 'x' }, false],
  ['another machine', { host: 'there', pid: 8, life: 'x' }, false],
])('T3: %s: certainly dead is %s', (_who, owner, dead) => {
  expect(isDead(writeOwner(owner), us, (pid) => pid === 9)).toBe(dead)
})

test('our own parent is alive, as the system tells', () => {
  expect(isDead(writeOwner({ ...thisProcess, pid: process.ppid, life: 'x' }), thisProcess)).toBe(false)
})

// A container whose first process is no init keeps such numbers for ever.
test.runIf(process.platform === 'linux')(
  'T3: one that was killed and has no parent to bury it is dead',
  async () => {
    // The shell becomes a program that waits for no child.
    const parent = spawn('sh', ['-c', 'sleep 30 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    try {
      const [said] = await once(parent.stdout, 'data')
      // The shell itself would still bury it.
      await vi.waitFor(() => expect(readFileSync(`/proc/${parent.pid}/comm`, 'utf8')).toBe('sleep\n'))
      const pid = Number(String(said))
      const owner = writeOwner({ ...thisProcess, pid, life: 'x' })
      expect(isDead(owner, thisProcess)).toBe(false)
      process.kill(pid, 'SIGKILL')
      await vi.waitFor(() => expect(isDead(owner, thisProcess)).toBe(true))
      // Its number is taken all the same.
      expect(process.kill(pid, 0)).toBe(true)
    } finally {
      parent.kill('SIGKILL')
    }
  },
)
