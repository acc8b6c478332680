import type { FeedbackEvent } from '#core/feedback/event.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import { recordId } from '#core/feedback/record-id.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'

const BATCH = 1_000
/** Events on one reply, and people in the workspace, as in a large team. */
const EVENTS_PER_REPLY = 2
const PEOPLE = 500
const FIRST_AT = 1_770_000_000_000
const STEP_MS = 60_000
const EMOJI = ['+1', '-1', 'tada', 'eyes', 'heart']
const MODELS = ['gpt-6-luna', 'gpt-6-sol']

/** A ledger of that many events in a file, made of numbers: the same every time. */
export async function seedLedger(url: string, count: number): Promise<void> {
  const store = openSqliteStore(url, quietLog)
  try {
    const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
    const shown = new ShownReplies(store.keyv('shown'))
    const ledger = new Ledger({ events: store.keyv('ledger'), shown, pseudonyms })
    for (let first = 0; first < count; first += BATCH) {
      const size = Math.min(BATCH, count - first)
      await ledger.addAll(Array.from({ length: size }, (_, n) => eventOf(first + n, pseudonyms)))
    }
  } finally {
    await store.close()
  }
}

function eventOf(n: number, pseudonyms: Pseudonyms): FeedbackEvent {
  const at = FIRST_AT + n * STEP_MS
  // Replies are not judged one after another: what is said of one lies far apart.
  const reply = `reply-${(n * 7_919) % Math.ceil(n / EVENTS_PER_REPLY + 1)}`
  const about = {
    ...({ schema: 1, id: recordId(at, `event ${n}`), at, platform: 'slack', provenance: 'slack' } as const),
    ...{ thread: `slack:T1:C${n % 40}:${reply}`, reply, version: `words of ${reply}` },
    ...{ model: MODELS[n % MODELS.length] ?? '', promptVersion: `p${n % 3}`, arm: 'default' },
    ...{ rater: pseudonyms.of({ platform: 'slack', id: `U${(n * 31) % PEOPLE}` }), requester: n % 3 === 0 },
  }
  if (n % 10 === 9) return { kind: 'vote', ...about, value: n % 20 === 9 ? 'good' : 'bad' }
  const on = { message: `slack:T1:C${n % 40}:${n}`, value: EMOJI[n % EMOJI.length] ?? '', order: String(at) }
  return { kind: n % 10 === 8 ? 'reaction_removed' : 'reaction_added', ...about, ...on }
}
