import {
  ButtonBuilder,
  type ButtonInteraction,
  ButtonStyle,
  Events,
  type Interaction,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  RadioGroupBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js'
import { expect, test } from 'vitest'
import { handClock, login, next, simulate, textChannel } from './client.ts'
import type { DiscordSimulatorOptions } from './contract.ts'

const button = (id: string) => ({
  type: 1,
  components: [new ButtonBuilder().setCustomId(id).setLabel(id).setStyle(ButtonStyle.Secondary).toJSON()],
})

/** A message of the bot with a button, and ada's press of it as the client sees it. */
async function pressed(options: DiscordSimulatorOptions = {}) {
  const discord = await simulate(options)
  const general = discord.channel('general')
  const client = await login(discord)
  const message = await textChannel(client, general.id).send({
    content: 'Answer',
    components: [button('stop')],
  })
  const arrived = next(client, Events.InteractionCreate)
  const press = discord.person('ada').click({ channelId: general.id, messageId: message.id }, 'stop')
  const interaction = asButton((await arrived)[0])
  return { discord, general, client, message, press, interaction }
}

function asButton(interaction: Interaction): ButtonInteraction {
  if (!interaction.isButton()) throw new Error('Not a button.')
  return interaction
}

test('a button press arrives with its message, and update changes that message', async () => {
  const { discord, general, message, press, interaction } = await pressed()
  expect(interaction).toMatchObject({ customId: 'stop', channelId: general.id, message: { id: message.id } })
  expect(interaction.user.id).toBe(discord.person('ada').id)
  await interaction.update({ content: 'Stopped', components: [] })
  expect(await press.answered()).toMatchObject({ type: 7, message: { id: message.id, content: 'Stopped' } })
  expect(discord.message(general, message.id)).toMatchObject({ content: 'Stopped', components: [] })
  expect(() => discord.person('ada').click(press, 'stop')).toThrow('no enabled component')
})

test('an ephemeral answer is seen by one, and stays out of the channel', async () => {
  const { discord, general, press, interaction } = await pressed()
  await interaction.reply({ content: 'Only you', flags: MessageFlags.Ephemeral })
  expect(press.answer()).toMatchObject({ type: 4, ephemeral: true, message: { content: 'Only you' } })
  expect(discord.messages(general)).toHaveLength(1)
  await interaction.editReply('Still only you')
  expect(press.answer()?.message?.content).toBe('Still only you')
  await interaction.followUp({ content: 'For all' })
  expect(press.followUps()).toMatchObject([{ content: 'For all' }])
  expect(discord.messages(general).map(({ content }) => content)).toEqual(['Answer', 'For all'])
})

test('a deferred answer is loading until it is edited', async () => {
  const { discord, general, press, interaction } = await pressed()
  await interaction.deferReply()
  expect(press.answer()).toMatchObject({ type: 5, ephemeral: false, message: { content: '', flags: 128 } })
  await interaction.editReply('Done')
  expect(press.answer()?.message).toMatchObject({ content: 'Done', flags: 0 })
  expect(discord.messages(general).at(-1)).toMatchObject({ content: 'Done' })
})

test('a deferred update leaves the message alone', async () => {
  const { discord, general, message, press, interaction } = await pressed()
  await interaction.deferUpdate()
  expect(press.answer()).toMatchObject({ type: 6, message: { content: 'Answer' } })
  await interaction.editReply({ content: 'Later', components: [] })
  expect(discord.message(general, message.id)?.content).toBe('Later')
})

test('answered twice is 40060; by a second client too', async () => {
  const { discord, client, interaction } = await pressed()
  await interaction.deferUpdate()
  const again = client.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
    auth: false,
    body: { type: 6 },
  })
  await expect(again).rejects.toMatchObject({ code: 40060, status: 400 })
  expect(discord.calls.filter(({ path }) => path.endsWith('/callback')).map(({ status }) => status)).toEqual([
    204, 400,
  ])
})

test('three seconds to answer, then 10062; the token lives fifteen minutes', async () => {
  const clock = handClock()
  const late = await pressed({ clock })
  clock.advance(3001)
  await expect(late.interaction.deferUpdate()).rejects.toMatchObject({ code: 10062, status: 404 })

  const inTime = await pressed({ clock })
  clock.advance(2999)
  await inTime.interaction.deferReply()
  clock.advance(14 * 60_000)
  await inTime.interaction.editReply('In time')
  clock.advance(60_000)
  await expect(inTime.interaction.editReply('Late')).rejects.toMatchObject({ code: 50027 })
  expect(inTime.client.isReady()).toBe(true)
})

test('a modal is shown, filled in and answered; it cannot answer its own submission', async () => {
  const { discord, client, press, interaction } = await pressed()
  const modal = new ModalBuilder()
    .setCustomId('why')
    .setTitle('What went wrong?')
    .addLabelComponents(
      new LabelBuilder()
        .setLabel('Reason')
        .setRadioGroupComponent(
          new RadioGroupBuilder()
            .setCustomId('reason')
            .addOptions({ label: 'Wrong', value: 'wrong' }, { label: 'Other', value: 'other' }),
        ),
      new LabelBuilder()
        .setLabel('Better')
        .setTextInputComponent(
          new TextInputBuilder().setCustomId('better').setStyle(TextInputStyle.Paragraph).setRequired(false),
        ),
    )
  await interaction.showModal(modal)
  expect(await press.answered()).toMatchObject({
    type: 9,
    modal: { custom_id: 'why', title: 'What went wrong?' },
  })
  const ada = discord.person('ada')
  expect(() => ada.submitModal(press, { better: 'x' })).toThrow('reason is required')
  expect(() => ada.submitModal(press, { reason: 'wrong', nothing: 'x' })).toThrow('no field nothing')
  const arrived = next(client, Events.InteractionCreate)
  const submission = ada.submitModal(press, { reason: 'wrong', better: 'This way.' })
  const [submitted] = await arrived
  if (!submitted.isModalSubmit()) throw new Error('Not a modal.')
  expect(submitted.fields.getTextInputValue('better')).toBe('This way.')
  expect(submitted.fields.getRadioGroup('reason')).toBe('wrong')
  expect(submitted.isFromMessage()).toBe(true)
  const callback = `/interactions/${submitted.id}/${submitted.token}/callback`
  const second = { type: 9, data: { custom_id: 'x', title: 'x', components: [{ type: 10, content: 'x' }] } }
  await expect(
    client.rest.post(callback as `/${string}`, { auth: false, body: second }),
  ).rejects.toMatchObject({ code: 50035 })
  await submitted.reply({ content: 'Thanks', flags: MessageFlags.Ephemeral })
  expect(await submission.answered()).toMatchObject({ ephemeral: true, message: { content: 'Thanks' } })
})

test('a modal title has 45 characters at most', async () => {
  const { client, interaction } = await pressed()
  const data = { custom_id: 'x', title: 'x'.repeat(46), components: [{ type: 10, content: 'x' }] }
  const shown = client.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
    auth: false,
    body: { type: 9, data },
  })
  await expect(shown).rejects.toMatchObject({ code: 50035 })
})

test('commands: registered, then used; a message command comes with the content of its target', async () => {
  const discord = await simulate()
  const general = discord.channel('general')
  const ada = discord.person('ada')
  const client = await login(discord)
  expect(() => ada.command(general, 'new')).toThrow('no command /new')
  await client.application.commands.set([
    {
      name: 'new',
      description: 'Begin anew',
      options: [{ type: 3, name: 'topic', description: 'About what' }],
    },
    { name: 'Rate this answer', type: 3 },
  ])
  const arrived = next(client, Events.InteractionCreate)
  const used = ada.command(general, 'new', { topic: 'monads' })
  const [command] = await arrived
  if (!command.isChatInputCommand()) throw new Error('Not a slash command.')
  expect([command.commandName, command.options.getString('topic')]).toEqual(['new', 'monads'])
  const { resource } = await command.reply({ content: 'Begun', withResponse: true })
  expect(resource?.message?.id).toBe(discord.messages(general).at(-1)?.id)
  expect(await used.answered()).toMatchObject({ type: 4, message: { type: 20, content: 'Begun' } })

  const rating = next(client, Events.InteractionCreate)
  ada.messageCommand(ada.post(general, 'rate me'), 'Rate this answer')
  const [rated] = await rating
  if (!rated.isMessageContextMenuCommand()) throw new Error('Not a message command.')
  expect(rated.targetMessage.content).toBe('rate me')
})

test('in a direct message an interaction names the user, not a member', async () => {
  const discord = await simulate()
  const ada = discord.person('ada')
  const client = await login(discord)
  const user = await client.users.fetch(ada.id)
  const message = await user.send({ content: 'Answer', components: [button('stop')] })
  const arrived = next(client, Events.InteractionCreate)
  ada.click({ channelId: message.channelId, messageId: message.id }, 'stop')
  const [interaction] = await arrived
  expect([interaction.user.id, interaction.guildId, interaction.member]).toEqual([ada.id, null, null])
})

test('redelivered, an interaction comes with the same id and token', async () => {
  const { client, press, interaction } = await pressed()
  const arrived = next(client, Events.InteractionCreate)
  press.redeliver()
  const [again] = await arrived
  expect([again.id, again.token]).toEqual([interaction.id, interaction.token])
})
