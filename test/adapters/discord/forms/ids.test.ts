import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fieldsFor, joinedFields } from '#adapters/discord/forms/fields.ts'
import { readInteraction } from '#adapters/discord/forms/heard.ts'
import { type FormId, formId, readFormId } from '#adapters/discord/forms/ids.ts'
import { PRIVACY_ACTIONS } from '#adapters/privacy.ts'
import { slotAt } from '#core/feedback/ballot.ts'
import { REASON_TAGS } from '#core/feedback/desk.ts'
import { ALICE, CHANNEL, person } from '../payloads.ts'

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const reply = fc.uuid()
const task = fc.tuple(fc.integer({ min: 0, max: 9_999_999_999_999 }), hex(32)).map(([at, name]) => {
  return `${String(at).padStart(13, '0')}-${name}`
})
const choices = fc
  .record({
    task,
    places: fc.array(fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 9,
    }),
    allBad: fc.boolean(),
    since: fc.integer({ min: 0, max: 9_999_999_999_999 }),
  })
  .map((each) => each)
const ids: fc.Arbitrary<FormId> = fc.oneof(
  fc.record({ is: fc.constant('why' as const), reply, tags: fc.subarray([...REASON_TAGS]) }),
  fc.record({ is: fc.constant('ballot' as const), task }),
  choices.chain((given) =>
    fc.record({
      is: fc.constant('place' as const),
      slot: fc.nat({ max: given.places.length - 1 }).map(slotAt),
      choices: fc.constant(given),
    }),
  ),
  fc.record({ is: fc.constantFrom('all-bad' as const, 'send' as const, 'say' as const), choices }),
  fc.record({ is: fc.constant('ranking' as const), choices }),
  fc.record({
    is: fc.constant('privacy' as const),
    ask: fc.constantFrom(...PRIVACY_ACTIONS, 'erase_yes' as const, 'erase_no' as const),
  }),
  fc.record({ is: fc.constant('reason' as const), reply }),
  fc.record({ is: fc.constant('correction' as const), reply, version: hex(32) }),
)

describe('the ids of forms', () => {
  test('T3: any of them fits 100 characters and comes back as it was', () => {
    fc.assert(
      fc.property(ids, (id) => {
        expect(formId(id).length).toBeLessThanOrEqual(100)
        expect(readFormId(formId(id))).toEqual(id)
      }),
    )
  })

  test.each([
    ...['', 'parley', 'parley:ballot', 'parley:ballot:', 'other:ballot:x', 'parley:toString:x'],
    ...['parley:send:1230:0:k:t', 'parley:send:1:0::t', 'parley:send:1:0:k:', 'parley:place:B:1:0:k:t'],
    ...['parley:privacy:all', 'parley:correction:v', 'parley:send:1111111111:0:k:t'],
  ])('S6: %j is none of ours', (id) => {
    expect(readFormId(id)).toBeUndefined()
  })
})

describe('a reply in the fields of a form', () => {
  const text = fc
    .array(
      fc.oneof(
        fc.string({ maxLength: 900, unit: 'grapheme' }),
        fc.constantFrom('\n', '\n\n', ' ', '🎉', '```\n'),
      ),
      {
        maxLength: 30,
      },
    )
    .map((parts) => parts.join(''))

  test('comes back as it was, to the letter, or is said to be too long', () => {
    fc.assert(
      fc.property(text, (given) => {
        const fields = fieldsFor(given)
        if (fields === undefined) {
          expect(given.length).toBeGreaterThan(6_000)
          return
        }
        expect(fields.length).toBeLessThanOrEqual(4)
        for (const { customId, filled } of fields) {
          expect([customId.length <= 100, filled.length <= 3_000, filled.isWellFormed()]).toEqual([
            true,
            true,
            true,
          ])
        }
        const sent = new Map(fields.map(({ customId, filled }) => [customId, filled]))
        if (given.trim() !== '') expect(joinedFields(sent).trim()).toBe(given.trim())
      }),
    )
  })

  test('what is added in the empty field behind it is a further paragraph', () => {
    const fields = fieldsFor('x'.repeat(2_500)) ?? []
    expect(fields).toHaveLength(2)
    const sent = new Map(fields.map(({ customId, filled }) => [customId, filled || 'And more.']))
    expect(joinedFields(sent)).toBe(`${'x'.repeat(2_500)}\n\nAnd more.`)
  })
})

describe('S6: an interaction', () => {
  const payload = (over: Record<string, unknown> = {}) => ({
    id: '100000000000000201',
    application_id: '100000000000000003',
    token: 'token',
    type: 3,
    channel_id: CHANNEL,
    user: person(ALICE, 'alice'),
    data: { custom_id: 'x' },
    ...over,
  })

  test('is read', () => {
    expect(readInteraction(payload())).toMatchObject({
      act: { kind: 'pressed', customId: 'x' },
      by: { id: ALICE },
    })
  })

  test.each([
    undefined,
    null,
    'text',
    payload({ type: 1 }),
    payload({ type: 4 }),
    payload({ id: '1' }),
    payload({ token: '' }),
    payload({ user: undefined }),
    payload({ data: undefined }),
    payload({ type: 5, data: { custom_id: 'x' } }),
    payload({ type: 2, data: { type: 3, name: 'x' } }),
    payload({ type: 2, data: { type: 2, name: 'x', target_id: ALICE } }),
  ])('that is none, or malformed, is left alone: %j', (raw) => {
    expect(readInteraction(raw)).toBeUndefined()
  })
})
