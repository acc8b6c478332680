import { expect, test } from 'vitest'
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
