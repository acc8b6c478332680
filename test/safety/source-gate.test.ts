import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSourceGate, permissionSchema } from '#core/safety/source-gate.ts'

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 10, 23, 12)
const slack = { by: 'Jane Doe', on: '2026-11-23' }
const discord = { reference: 'letter 7' }
const shut = createSourceGate({ platformTextDays: 30 })
const open = createSourceGate({ slack, discord, platformTextDays: 30 })
const judge = (gate: typeof shut, provenance: string, at = NOW, thread?: string) =>
  gate.judge({ provenance, at, ...(thread === undefined ? {} : { thread }) }, NOW)

test.each(['console', 'web', 'import:cc-by-4.0'])('S1: %s needs no permission, however old', (provenance) => {
  expect(judge(shut, provenance, 0)).toEqual({ allowed: true })
})

test.each([
  ['slack', 'PARLEY_SLACK_TRAINING=own-workspace-attested'],
  ['discord', 'PARLEY_DISCORD_TRAINING_PERMISSION'],
])('S1: text from %s is shut out, and the sentence says how to open', (provenance, setting) => {
  expect(judge(shut, provenance)).toMatchObject({
    allowed: false,
    why: 'no_permission',
    say: expect.stringContaining(setting),
  })
})

test('S1: with a permission, platform text passes for its days and not a millisecond longer', () => {
  for (const platform of ['slack', 'discord']) {
    expect(judge(open, platform, NOW - 30 * DAY_MS)).toEqual({ allowed: true })
    expect(judge(open, platform, NOW - 30 * DAY_MS - 1)).toMatchObject({ allowed: false, why: 'too_old' })
  }
})

test('S1: one platform opens nothing for another', () => {
  const onlySlack = createSourceGate({ slack, platformTextDays: 30 })
  expect(judge(onlySlack, 'slack').allowed).toBe(true)
  expect(judge(onlySlack, 'discord').allowed).toBe(false)
})

test("S1: a correction written in the console is Slack's text when its thread is", () => {
  expect(judge(shut, 'console', NOW, 'slack:T1:C1:1.2')).toMatchObject({ why: 'no_permission' })
  expect(judge(shut, 'console', NOW, 'web:web:general:1').allowed).toBe(true)
})

test('S1: an attestation of a day that is still to come is none', () => {
  const early = createSourceGate({ slack: { by: 'Jane', on: '2026-11-25' }, platformTextDays: 30 })
  expect(judge(early, 'slack')).toMatchObject({ why: 'no_permission' })
})

test('S1: any source that nobody knows is refused', () => {
  const known = /^(console|web|slack|discord|import:\S+)$/
  fc.assert(
    fc.property(
      fc.string().filter((source) => !known.test(source)),
      (source) => {
        expect(judge(open, source)).toMatchObject({ allowed: false, why: 'unknown_source' })
      },
    ),
  )
})

test('S1: manifest and model card get the clause, who attested it, and when', () => {
  expect(shut.permissions).toEqual([])
  expect(open.permissions.map((each) => permissionSchema.parse(each))).toEqual([
    {
      platform: 'slack',
      clause: expect.stringContaining('use API Data'),
      basis: 'own-workspace-attested',
      ...slack,
    },
    {
      platform: 'discord',
      clause: expect.stringContaining('rule 21'),
      basis: 'permission-of-discord',
      ...discord,
    },
  ])
})

test('S1: both clauses are printed, whether the gate is open or shut', () => {
  for (const { notices } of [shut, open]) {
    expect(notices[0]).toContain('"may not: (A) use API Data to train a large language model"')
    expect(notices[1]).toContain('"Do not use message content obtained through the APIs to train')
  }
  expect(open.notices.join(' ')).toMatch(/Jane Doe attested on 2026-11-23.*permission of Discord: letter 7/)
})
