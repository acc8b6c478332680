import type { EventOf, FeedbackEvent } from '#core/feedback/event.ts'
import { recordId } from '#core/feedback/record-id.ts'

const THREAD = 'slack:T1:C1:1.0'

const about = (name: string, at: number) => ({
  ...({ schema: 1, platform: 'slack', thread: THREAD, reply: 'r1', provenance: 'slack' } as const),
  ...{ id: recordId(at, name), at },
})

let made = 0
/** Names no two events alike. */
const fresh = (): string => {
  made += 1
  return `event ${made}`
}

export const added = (
  value: string,
  at: number,
  more: Partial<EventOf<'reaction_added'>> = {},
): EventOf<'reaction_added'> => ({
  ...{ ...about(fresh(), at), kind: 'reaction_added', rater: 'p_1', requester: false, message: 'm1', value },
  ...more,
})

export const removed = (
  value: string,
  at: number,
  more: Partial<EventOf<'reaction_removed'>> = {},
): EventOf<'reaction_removed'> => ({
  ...{
    ...about(fresh(), at),
    kind: 'reaction_removed',
    rater: 'p_1',
    requester: false,
    message: 'm1',
    value,
  },
  ...more,
})

export const cleared = (
  at: number,
  more: Partial<EventOf<'reactions_cleared'>> = {},
): EventOf<'reactions_cleared'> => ({
  ...{ ...about(fresh(), at), kind: 'reactions_cleared', message: 'm1' },
  ...more,
})

export const pressed = (
  value: 'good' | 'bad',
  at: number,
  more: Partial<EventOf<'vote'>> = {},
): EventOf<'vote'> => ({
  ...{ ...about(fresh(), at), kind: 'vote', rater: 'p_1', requester: false, value },
  ...more,
})

export const because = (
  tags: EventOf<'reason'>['tags'],
  at: number,
  more: Partial<EventOf<'reason'>> = {},
): EventOf<'reason'> => ({
  ...{ ...about(fresh(), at), kind: 'reason', rater: 'p_1', requester: false, tags, text: '' },
  ...more,
})

export const corrected = (at: number): EventOf<'correction'> => ({
  ...about(fresh(), at),
  ...{ kind: 'correction', rater: 'p_1', requester: false, demonstration: 'd1' },
})

export async function* stream(events: readonly FeedbackEvent[]): AsyncGenerator<FeedbackEvent> {
  yield* events
}
