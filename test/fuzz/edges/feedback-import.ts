import { Readable } from 'node:stream'
import * as fc from 'fast-check'
import type { FeedbackEvent } from '#core/feedback/event.ts'
import { importEvents } from '#core/feedback/import.ts'
import { Ledger } from '#core/feedback/ledger.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { added, because, cleared, corrected, pressed, removed } from '#test/feedback/events.ts'
import { edge } from '../edge.ts'
import { broken, hostileText, junk, mutated } from '../hostile.ts'
import { stateIn } from '../state.ts'

/** Lines, each a value or a text as it is. */
type Lines = readonly ({ readonly json: unknown } | { readonly text: string })[]

/** What none of them can do without; one without a schema is of an older Parley. */
const NEEDED = ['id', 'platform', 'thread', 'reply', 'at', 'kind', 'provenance'] as const

/** `parley feedback import`: what is wrong is left out and told, and never ends the import. */
export const feedbackEdge = edge<Lines>('feedback-import', 10, async () => {
  const { store, state, close } = stateIn()
  const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
  const ledger = new Ledger({
    events: store.keyv('ledger'),
    shown: new ShownReplies(store.keyv('shown')),
    pseudonyms,
  })
  const samples: readonly FeedbackEvent[] = [
    ...[added('👍', 1_000), removed('👍', 2_000), cleared(3_000), pressed('bad', 4_000)],
    ...[because(['wrong'], 5_000), corrected(6_000)],
  ]
  const wrong = fc.oneof(
    fc
      .constantFrom(...samples)
      .chain((sample) =>
        fc.constantFrom(...NEEDED).chain((name) => broken(sample, [name]).map((json) => ({ json }))),
      ),
    junk.map((json) => ({ json })),
    hostileText.map((text) => ({ text })),
  )
  return {
    state,
    invalid: fc.array(wrong, { minLength: 1, maxLength: 5 }),
    wild: fc.array(
      fc.oneof(
        mutated(samples).map((json) => ({ json })),
        wrong,
      ),
      { minLength: 1, maxLength: 5 },
    ),
    async take(given) {
      const text = given
        .map((line) => ('text' in line ? line.text : (JSON.stringify(line.json) ?? '')))
        .join('\n')
      const source = Readable.from([Buffer.from(text)])
      await importEvents(
        source,
        ledger,
        (person) => pseudonyms.of(person),
        () => {},
      )
    },
    [Symbol.asyncDispose]: close,
  }
})
