/** Faults that a test has ordered, each used up by the calls that match it. */
import type { Call, CallMatcher, Fault } from './contract.ts'
import { patternOf } from './route.ts'

export interface Faults {
  order(matcher: CallMatcher, fault: Fault, times: number): void
  /** The oldest fault ordered for this call, now used up once. */
  take(call: Call): Fault | undefined
  /** What was ordered and has not happened will not. */
  clear(): void
}

export function createFaults(): Faults {
  const orders: { readonly matches: (call: Call) => boolean; readonly fault: Fault; left: number }[] = []
  return {
    order(matcher, fault, times) {
      orders.push({ matches: compile(matcher), fault, left: times })
    },
    clear() {
      orders.length = 0
    },
    take(call) {
      const order = orders.find(({ matches, left }) => left > 0 && matches(call))
      if (order === undefined) return undefined
      order.left -= 1
      return order.fault
    },
  }
}

function compile(matcher: CallMatcher): (call: Call) => boolean {
  if (typeof matcher === 'function') return matcher
  const pattern = typeof matcher === 'string' ? patternOf(matcher) : matcher
  return ({ method, path }) => pattern.test(`${method} ${path}`)
}
