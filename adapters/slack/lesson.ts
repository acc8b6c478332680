/** What a failed step tells of a message, and whether another step can mend it (rule D5). Pure. */
import { SurfaceError } from '#core/delivery/surface.ts'
import { isGone, notOffered, type SlackCallError, surfaceError } from './fault.ts'
import { type Look, plainerLook } from './offers.ts'
import type { MessageState, Step, Wanted } from './step.ts'

export type Lesson =
  /** Know this, and take the next step. */
  | { readonly next: 'go on'; readonly state: MessageState }
  /** New messages of this reply are posted; `everywhere` when this Slack offers no streams at all. */
  | { readonly next: 'post'; readonly everywhere: boolean }
  /** Take the message away and say it anew. */
  | { readonly next: 'replace' }
  /** There is no room to end the stream now: append what is left, then fail. */
  | { readonly next: 'say first'; readonly text: string; readonly error: SurfaceError }
  | { readonly next: 'look'; readonly look: Look }
  /** The caller hears of it; when it calls again, go on from this state. */
  | { readonly next: 'fail'; readonly state: MessageState; readonly error: SurfaceError }

/** The workspace lets nobody edit this message any more. */
const FIXED = new Set(['cant_update_message', 'edit_window_closed'])
/** The thread's root is gone. */
const THREAD_OVER = new Set(['invalid_thread_ts', 'message_not_found'])

/** Steps that carry a look. */
const DRESSED = new Set<Step['do']>(['post', 'update', 'stop'])

export function lessonOf(
  step: Step,
  state: MessageState,
  wanted: Wanted,
  failure: SlackCallError,
  look: Look,
): Lesson {
  const { code, fault } = failure
  const opens = step.do === 'start' || step.do === 'post'
  if (fault.kind === 'unavailable') {
    return { next: 'fail', state: doubted(step, state, wanted), error: surfaceError(failure) }
  }
  if (opens && THREAD_OVER.has(code)) {
    return { next: 'fail', state, error: new SurfaceError({ kind: 'gone' }, failure.message, failure) }
  }
  if (step.do === 'start' && !isGone(code)) {
    // Refused, or the twenty streams of a minute are used up: posting is limited on its own, so nobody waits.
    return { next: 'post', everywhere: notOffered(code) }
  }
  if (fault.kind === 'rate_limited' && step.do === 'stop' && step.text !== '')
    return { next: 'say first', text: step.text, error: surfaceError(failure) }
  if (fault.kind === 'rate_limited') return { next: 'fail', state, error: surfaceError(failure) }
  if (state.at === 'settled' && code === 'streaming_state_conflict') {
    return { next: 'go on', state: { at: 'streaming', ts: state.ts, text: undefined } }
  }
  // Somebody deleted it: it is said anew.
  if (!opens && code === 'message_not_found') return { next: 'go on', state: { at: 'absent' } }
  if (state.at === 'settled' && FIXED.has(code)) return { next: 'replace' }
  const worn = { controls: wanted.controls.length > 0, tables: wanted.tables && step.do !== 'stop' }
  const plainer = DRESSED.has(step.do) ? plainerLook(look, worn, code) : undefined
  if (plainer !== undefined) return { next: 'look', look: plainer }
  // Whoever ended it, and whatever Slack has against it: the message stays, and can be edited.
  if (state.at === 'streaming' && !isGone(code)) {
    return { next: 'go on', state: { at: 'settled', ts: state.ts, shows: undefined } }
  }
  return { next: 'fail', state, error: surfaceError(failure) }
}

/** No answer came: the step may have been taken. */
function doubted(step: Step, state: MessageState, wanted: Wanted): MessageState {
  if (step.do === 'start') return { at: 'lost', how: 'stream', wanted }
  if (step.do === 'post') return { at: 'lost', how: 'post', wanted }
  if (state.at === 'streaming' || state.at === 'settled')
    return { at: 'settled', ts: state.ts, shows: undefined }
  return state
}
