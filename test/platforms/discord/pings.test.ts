import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { login, simulate, textChannel } from './client.ts'
import { mentionsOf, pingsOf } from './pings.ts'

const ADA = '100000000000000001'
const BOB = '100000000000000002'
const BOT = '100000000000000003'
const ROLE = '100000000000000004'
const audience = {
  authorId: BOT,
  members: [ADA, BOB, BOT],
  rolesById: new Map([[ROLE, { mentionable: true, members: [BOB] }]]),
  mayMentionEveryone: false,
}

describe('who is notified', () => {
  const text = `<@${ADA}> <@!${BOT}> <@&${ROLE}> @everyone`
  const cases: [string, Parameters<typeof mentionsOf>[1], string[]][] = [
    ['no allowed_mentions: everybody named', undefined, [ADA, BOB]],
    ['parse nothing: nobody', { parse: [] }, []],
    ['an empty object: nobody', {}, []],
    ['parse users', { parse: ['users'] }, [ADA]],
    ['parse roles', { parse: ['roles'] }, [BOB]],
    ['one user by id', { users: [ADA] }, [ADA]],
    ['a user by id who is not named', { users: [BOB] }, []],
    ['everyone, without the right to', { parse: ['everyone'] }, []],
  ]
  test.for(cases)('%s', ([, allowed, expected]) => {
    expect(pingsOf(mentionsOf(text, allowed), audience)).toEqual(expected)
  })
})

test('a reply notifies its author by default, and with allowed_mentions only when they say so', () => {
  expect(mentionsOf('', undefined, ADA).users).toEqual([ADA])
  expect(mentionsOf('', { parse: ['users'] }, ADA).users).toEqual([])
  expect(mentionsOf('', { replied_user: true }, ADA).users).toEqual([ADA])
})

test('D6: any text whatever notifies nobody when nothing is allowed', () => {
  const piece = fc.constantFrom(`<@${ADA}>`, `<@!${BOB}>`, `<@&${ROLE}>`, '@everyone', '@here', '`', ' ', 'x')
  const everything = { ...audience, mayMentionEveryone: true }
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(
        pingsOf(mentionsOf(pieces.join(''), { parse: [], replied_user: false }, ADA), everything),
      ).toEqual([])
    }),
  )
})

test('over REST: pings of a message, text displays included; an edit notifies nobody more', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const ada = discord.person('ada')
  const role = discord.role('crew', [ada])
  const client = await login(discord)
  const channel = textChannel(client, general.id)
  const named = await channel.send(`<@${ada.id}>`)
  const quiet = await channel.send({
    content: `<@${ada.id}> <@&${role.id}> @everyone`,
    allowedMentions: { parse: [] },
  })
  const byRole = await channel.send({ flags: 1 << 15, components: [{ type: 10, content: `<@&${role.id}>` }] })
  await quiet.edit({ content: `<@${ada.id}> again`, allowedMentions: { parse: ['users'] } })
  const pings = (id: string) => discord.message(general, id)?.pings
  expect([pings(named.id), pings(quiet.id), pings(byRole.id)]).toEqual([[ada.id], [], [ada.id]])
  discord.allow(general, 'MentionEveryone')
  const loud = await channel.send('@everyone')
  expect(pings(loud.id)).toEqual([ada.id])
})
