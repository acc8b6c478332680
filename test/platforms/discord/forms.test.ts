/** Forms, menus and commands of the simulated Discord, through plain REST: what it takes and what it refuses. */
import { type DiscordAPIError, REST } from 'discord.js'
import { describe, expect, test } from 'vitest'
import { restOptions } from '#adapters/discord/api.ts'
import { handClock, login, simulate, textChannel } from './client.ts'
import type { DiscordSimulator, DiscordSimulatorOptions, Interacted } from './contract.ts'

const label = (component: Record<string, unknown>, over: Record<string, unknown> = {}) => ({
  ...{ type: 18, label: 'Field', component },
  ...over,
})
const textInput = (over: Record<string, unknown> = {}) => ({ type: 4, style: 2, custom_id: 'text', ...over })
const options = (count: number, over: Record<string, unknown> = {}) =>
  Array.from({ length: count }, (_, n) => ({ label: `Option ${n}`, value: String(n), ...over }))
const menu = (over: Record<string, unknown> = {}) => ({
  type: 3,
  custom_id: 'menu',
  options: options(3),
  ...over,
})
const button = (over: Record<string, unknown> = {}) => ({
  ...{ type: 2, style: 2, label: 'Press', custom_id: 'press' },
  ...over,
})
const row = (...components: unknown[]) => ({ type: 1, components })
const text = (content: string) => ({ type: 10, content })
const V2 = 1 << 15
const EPHEMERAL = 1 << 6

async function pressed(options: DiscordSimulatorOptions = {}) {
  const discord = await simulate({ rateLimits: false, ...options })
  const general = discord.channel('general')
  const client = await login(discord)
  const message = await textChannel(client, general.id).send({
    content: 'Answer',
    components: [row(button())],
  })
  const ada = discord.person('ada')
  const at = { channelId: general.id, messageId: message.id }
  const { makeRequest } = restOptions(discord.apiUrl)
  const rest = new REST({ api: discord.apiUrl, retries: 0, makeRequest }).setToken(discord.token)
  return { discord, client, general, message, ada, at, rest, press: () => ada.click(at, 'press') }
}

/** Where an interaction is answered: its token is known to the application only. */
function answering(discord: DiscordSimulator, rest: REST, tokens: Map<string, string>) {
  return {
    first: (interacted: Interacted, type: number, data?: unknown) => {
      const token = tokens.get(interacted.interactionId) ?? ''
      return rest.post(`/interactions/${interacted.interactionId}/${token}/callback`, {
        ...{ auth: false, body: { type, data } },
      })
    },
    change: (interacted: Interacted, body: unknown, files: { name: string; data: Buffer }[] = []) =>
      rest.patch(`/webhooks/${discord.bot.id}/${tokens.get(interacted.interactionId)}/messages/@original`, {
        ...{ auth: false, body, files },
      }),
    add: (interacted: Interacted, body: unknown) =>
      rest.post(`/webhooks/${discord.bot.id}/${tokens.get(interacted.interactionId)}`, { auth: false, body }),
  }
}

async function answered(options: DiscordSimulatorOptions = {}) {
  const world = await pressed(options)
  const tokens = new Map<string, string>()
  const payloads = new Map<string, Record<string, unknown>>()
  world.client.on('raw', ({ t, d }: { t: string; d: Record<string, unknown> }) => {
    if (t !== 'INTERACTION_CREATE') return
    tokens.set(String(d.id), String(d.token))
    payloads.set(String(d.id), d)
  })
  const arrived = async (interacted: Interacted) => {
    while (!tokens.has(interacted.interactionId)) await new Promise((resolve) => setImmediate(resolve))
    return payloads.get(interacted.interactionId) ?? {}
  }
  const api = answering(world.discord, world.rest, tokens)
  const form = async (components: readonly unknown[], over: Record<string, unknown> = {}) => {
    const interacted = world.press()
    await arrived(interacted)
    await api.first(interacted, 9, { custom_id: 'form', title: 'Form', components, ...over })
    return interacted
  }
  return { ...world, arrived, form, api }
}

const refused = { code: 50035 } satisfies Partial<DiscordAPIError>

describe('a form', () => {
  test.each([
    ['one field', [label(textInput())]],
    ['five parts', [text('Hello'), ...[1, 2, 3, 4].map((n) => label(textInput({ custom_id: `text-${n}` })))]],
    [
      'every kind of field',
      [
        label(menu({ required: false, min_values: 0, max_values: 3 })),
        label({ type: 21, custom_id: 'radio', options: options(2) }),
        label({ type: 22, custom_id: 'boxes', options: options(10), min_values: 0, required: false }),
        label({ type: 23, custom_id: 'box' }),
        label({ type: 19, custom_id: 'files', max_values: 2 }),
      ],
    ],
    ['the deprecated row', [row(textInput({ label: 'Old' }))]],
  ])('with %s is shown', async (_, components) => {
    const { form } = await answered()
    expect((await form(components)).answer()?.modal?.components).toHaveLength(components.length)
  })

  test.each([
    ['six parts', Array.from({ length: 6 }, () => text('x'))],
    ['no part', []],
    ['a button', [row(button())]],
    ['a menu outside of a label', [row(menu())]],
    ['a label of 46 characters', [label(textInput(), { label: 'x'.repeat(46) })]],
    ['a description of 101 characters', [label(textInput(), { description: 'x'.repeat(101) })]],
    ['a text of 4001 characters', [label(textInput({ value: 'x'.repeat(4001) }))]],
    ['a field for 4001 characters', [label(textInput({ max_length: 4001 }))]],
    ['a custom_id of 101 characters', [label(textInput({ custom_id: 'x'.repeat(101) }))]],
    ['one custom_id twice', [label(textInput()), label(textInput())]],
    ['26 options', [label(menu({ options: options(26) }))]],
    ['one value twice', [label(menu({ options: [...options(1), ...options(1)] }))]],
    ['two options chosen of one', [label(menu({ options: options(2, { default: true }) }))]],
    ['a required menu that wants nothing', [label(menu({ min_values: 0 }))]],
    ['a disabled menu', [label(menu({ disabled: false }))]],
    ['one radio button', [label({ type: 21, custom_id: 'radio', options: options(1) })]],
    ['eleven check boxes', [label({ type: 22, custom_id: 'boxes', options: options(11) })]],
    ['an empty text', [text('')]],
  ])('with %s is refused', async (_, components) => {
    const { form } = await answered()
    await expect(form(components)).rejects.toMatchObject(refused)
  })

  test('is sent with what it was filled with, where nobody changes it', async () => {
    const { form, ada, arrived } = await answered()
    const shown = await form([
      label(textInput({ value: 'as it was' })),
      label({ type: 22, custom_id: 'boxes', options: options(2, { default: true }) }),
      label({ type: 23, custom_id: 'box', default: true }),
    ])
    const { data } = await arrived(ada.submitModal(shown, {}))
    expect(data).toMatchObject({
      components: [
        { component: { value: 'as it was' } },
        { component: { values: ['0', '1'] } },
        { component: { value: true } },
      ],
    })
  })

  test('does not let through what its fields do not take', async () => {
    const { form, ada } = await answered()
    const shown = await form([
      label(menu({ required: false, max_values: 2, min_values: 2 })),
      label(textInput({ max_length: 3 })),
    ])
    expect(() => ada.submitModal(shown, { menu: ['0'], text: 'x' })).toThrow('does not take 1 choices')
    expect(() => ada.submitModal(shown, { menu: ['9', '0'], text: 'x' })).toThrow('offers no 9')
    expect(() => ada.submitModal(shown, { text: 'four' })).toThrow('does not take 4 characters')
    expect(() => ada.submitModal(shown, { text: '' })).toThrow('is required')
  })

  test('brings files that were uploaded in it', async () => {
    const { form, ada, arrived } = await answered()
    const shown = await form([label({ type: 19, custom_id: 'files', max_values: 2 })])
    const file = { name: 'better.md', contentType: 'text/markdown', bytes: 'Better.' }
    const { data } = (await arrived(ada.submitModal(shown, { files: [file] }))) as {
      data: {
        components: { component: { values: string[] } }[]
        resolved: { attachments: Record<string, { url: string }> }
      }
    }
    const [id = ''] = data.components[0]?.component.values ?? []
    const { url = '' } = data.resolved.attachments[id] ?? {}
    expect(await (await fetch(url)).text()).toBe('Better.')
  })

  test('that a command opened has no message to change: 10008', async () => {
    const { discord, client, ada, arrived, api, at } = await answered()
    await client.application.commands.set([{ name: 'Rate', type: 3 }])
    const used = ada.messageCommand(at, 'Rate')
    await arrived(used)
    await api.first(used, 9, { custom_id: 'form', title: 'Form', components: [label(textInput())] })
    const sent = ada.submitModal(used, { text: 'x' })
    await arrived(sent)
    await expect(api.first(sent, 7, { content: 'x' })).rejects.toMatchObject({ code: 10008 })
    await api.first(sent, 4, { content: 'x', flags: EPHEMERAL })
    expect(discord.messages(at.channelId)).toHaveLength(1)
  })

  test('comes within three seconds or not at all, and once', async () => {
    const clock = handClock()
    const { form, press, arrived, api } = await answered({ clock })
    await form([label(textInput())])
    const late = press()
    await arrived(late)
    clock.advance(3_001)
    const data = { custom_id: 'form', title: 'Form', components: [label(textInput())] }
    await expect(api.first(late, 9, data)).rejects.toMatchObject({ code: 10062 })
    const twice = press()
    await arrived(twice)
    await api.first(twice, 6)
    await expect(api.first(twice, 9, data)).rejects.toMatchObject({ code: 40060 })
  })
})

describe('a message', () => {
  test('for one person is seen, pressed and changed by that person only', async () => {
    const { discord, press, arrived, api, ada } = await answered()
    const pressed = press()
    await arrived(pressed)
    const form = [text('For you'), row(menu()), row(button({ custom_id: 'mine' }))]
    await api.first(pressed, 4, { components: form, flags: V2 | EPHEMERAL })
    const message = pressed.answer()?.message
    if (message === undefined) throw new Error('There is no message.')
    expect(() => discord.person('bob').click(message, 'mine')).toThrow('for somebody else')
    expect(() => ada.select(message, 'menu', ['9'])).toThrow('does not let anybody choose')
    expect(() => ada.select(message, 'menu', [])).toThrow('does not let anybody choose')
    const chosen = ada.select(message, 'menu', ['1'])
    const payload = await arrived(chosen)
    // What was sent comes back with every press.
    expect(payload).toMatchObject({ data: { values: ['1'] }, message: { components: form } })
    await api.first(chosen, 7, { components: [text('Done')], flags: V2 })
    expect(chosen.answer()?.message?.components).toEqual([text('Done')])
  })

  test.each([
    ['a row of a menu and a button', [row(menu(), button())]],
    ['six buttons in a row', [row(...[1, 2, 3, 4, 5, 6].map((n) => button({ custom_id: `b${n}` })))]],
    ['a button that says nothing', [row(button({ label: '' }))]],
    ['a button that nothing names', [row(button({ custom_id: undefined }))]],
    ['a text of 4001 characters', [text('x'.repeat(4001))]],
    ['a label', [label(textInput())]],
    ['a menu without options', [row(menu({ options: [] }))]],
    ['a file that did not come along', [{ type: 13, file: { url: 'attachment://none.txt' } }]],
  ])('with %s is refused', async (_, components) => {
    const { press, arrived, api } = await answered()
    const pressed = press()
    await arrived(pressed)
    await expect(api.first(pressed, 4, { components, flags: V2 })).rejects.toMatchObject(refused)
  })

  test('shows a file that a part of it names; one that is too large is 40005', async () => {
    const { press, arrived, api } = await answered({ attachmentSizeLimit: 10 })
    const pressed = press()
    await arrived(pressed)
    await api.first(pressed, 5, { flags: EPHEMERAL })
    const components = [{ type: 13, file: { url: 'attachment://a.txt' } }]
    const body = { components, flags: V2, attachments: [{ id: 0, filename: 'a.txt' }] }
    await expect(
      api.change(pressed, body, [{ name: 'a.txt', data: Buffer.from('x'.repeat(11)) }]),
    ).rejects.toMatchObject({ code: 40005, status: 413 })
    await api.change(pressed, body, [{ name: 'a.txt', data: Buffer.from('0123456789') }])
    expect(pressed.answer()?.message?.files).toEqual([{ name: 'a.txt', content: '0123456789' }])
  })
})

describe('a command', () => {
  const sub = { type: 1, name: 'help', description: 'Help' }

  test('with subcommands is used with one of them', async () => {
    const { client, ada, general, arrived } = await answered()
    await client.application.commands.set([
      { name: 'parley', description: 'Parley', options: [sub as never] },
    ])
    expect(() => ada.command(general, 'parley')).toThrow('one of its subcommands')
    expect(() => ada.command(general, 'parley nothing')).toThrow('no subcommand nothing')
    const { data } = await arrived(ada.command(general, 'parley help'))
    expect(data).toMatchObject({ name: 'parley', options: [{ name: 'help', type: 1 }] })
  })

  test.each([
    ['in capitals', [{ name: 'Parley', description: 'x' }]],
    ['with a space', [{ name: 'par ley', description: 'x' }]],
    ['without a description', [{ name: 'parley' }]],
    ['on messages with a description', [{ name: 'Rate', type: 3, description: 'x' }]],
    [
      'twice',
      [
        { name: 'Rate', type: 3 },
        { name: 'Rate', type: 3 },
      ],
    ],
    [
      'with a subcommand in capitals',
      [{ name: 'parley', description: 'x', options: [{ ...sub, name: 'Help' }] }],
    ],
  ])('%s is refused', async (_, body) => {
    const { rest, discord } = await pressed()
    const put = rest.put(`/applications/${discord.bot.applicationId}/commands`, { body })
    await expect(put).rejects.toMatchObject(refused)
  })
})
