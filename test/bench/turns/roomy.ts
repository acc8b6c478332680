/**
 * Loaded before Parley: a Slack that bears any number of calls. Its real limits, about twenty streams a minute for a
 * workspace, would make every figure here one of Slack. Everything is accounted for as ever, and an account holds as
 * much as a real one; only its minutes are short.
 */
import { Accounts } from '#core/delivery/accounts.ts'

const TIMES = 10_000
const narrow = Accounts.prototype.account

Accounts.prototype.account = function account(name, limit) {
  return narrow.call(this, name, { ...limit, windowMs: limit.windowMs / TIMES })
}
