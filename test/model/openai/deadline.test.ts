import { describe, expect, test, vi } from 'vitest'
import { Deadline } from '#core/model/openai/deadline.ts'

describe('M2: a deadline', () => {
  test('aborts when it passes, and tells how long it was; disarmed and armed again, it begins anew', () => {
    vi.useFakeTimers()
    try {
      using deadline = new Deadline(new AbortController().signal)
      deadline.arm(100)
      vi.advanceTimersByTime(99)
      deadline.disarm()
      vi.advanceTimersByTime(1_000)
      deadline.arm(50)
      deadline.arm(100)
      vi.advanceTimersByTime(99)
      expect([deadline.signal.aborted, deadline.passedMs]).toEqual([false, undefined])
      vi.advanceTimersByTime(1)
      expect([deadline.signal.aborted, deadline.passedMs]).toEqual([true, 100])
    } finally {
      vi.useRealTimers()
    }
  })

  test('follows its caller, at once and later', () => {
    const caller = new AbortController()
    using deadline = new Deadline(caller.signal)
    caller.abort(new Error('why'))
    using late = new Deadline(caller.signal)
    for (const { signal, passedMs } of [deadline, late]) {
      expect([signal.reason, passedMs]).toEqual([new Error('why'), undefined])
    }
  })

  test('closing it aborts the request, leaves no timer, and lets the caller go', () => {
    vi.useFakeTimers()
    try {
      const caller = new AbortController()
      const removed = vi.spyOn(caller.signal, 'removeEventListener')
      const deadline = new Deadline(caller.signal)
      deadline.arm(100)
      deadline[Symbol.dispose]()
      expect(deadline.signal.aborted).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
      expect(removed).toHaveBeenCalledOnce()
    } finally {
      vi.useRealTimers()
    }
  })
})
