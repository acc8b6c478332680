import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AccessLists, type Asker, mayAsk } from '#core/safety/access.ts'

const asker = (given: Partial<Asker> = {}): Asker => ({
  thread: { platform: 'discord', workspace: 'G1', channel: 'C1', root: 'r' },
  speaker: { id: 'U1' },
  roles: ['R1'],
  ...given,
})

const CASES: readonly (readonly [string, AccessLists, boolean])[] = [
  ['nothing is said', {}, true],
  ['the person is among those who may', { people: ['U1'] }, true],
  ['a role of theirs is', { people: ['U9', 'R1'] }, true],
  ['everybody of the platform is', { people: ['discord'] }, true],
  ['only others are', { people: ['U9', 'R9', 'slack'] }, false],
  ['the channel is among those that may', { channels: ['C1'] }, true],
  ['the whole server is', { channels: ['G1'] }, true],
  ['only other places are', { channels: ['C9', 'slack'] }, false],
  ['the person may, but not there', { people: ['U1'], channels: ['C9'] }, false],
  ['the place may, but not for them', { people: ['U9'], channels: ['C1'] }, false],
  ['a channel stands among people', { people: ['C1'] }, false],
  ['the person is denied', { deny: ['U1'] }, false],
  ['a role is denied', { deny: ['R1'] }, false],
  ['the channel is denied', { deny: ['C1'] }, false],
  ['the server is denied', { deny: ['G1'] }, false],
  ['denied, although the person may', { people: ['U1'], channels: ['C1'], deny: ['R1'] }, false],
  ['others are denied', { deny: ['U9', 'C9'] }, true],
]

describe('S7: who may ask, and where', () => {
  test.each(CASES)('%s', (_, lists, expected) => {
    expect(mayAsk(lists, asker())).toBe(expected)
  })

  test('of whom no roles are known, the id decides', () => {
    const { roles: _, ...unknown } = asker()
    expect(mayAsk({ people: ['R1'] }, unknown)).toBe(false)
    expect(mayAsk({ people: ['U1'] }, unknown)).toBe(true)
  })

  test('whoever is denied may not, whatever else is said', () => {
    const ids = fc.array(fc.constantFrom('U1', 'R1', 'C1', 'G1', 'discord', 'U9'))
    fc.assert(
      fc.property(
        fc.constantFrom('U1', 'R1', 'C1', 'G1', 'discord'),
        ids,
        ids,
        (denied, people, channels) => {
          expect(mayAsk({ people, channels, deny: [denied] }, asker())).toBe(false)
        },
      ),
    )
  })
})
