/** What the gateway says, as the simulated server says it when people do everything that can be done. */
import type { DiscordSimulator, SeenComponent } from '#test/platforms/discord/simulator.ts'

const WITHIN_MS = 20_000

export async function actInDiscord(simulator: DiscordSimulator): Promise<void> {
  const [alice, bob] = [simulator.person('alice'), simulator.person('bob')]
  const channel = simulator.channel('general')
  const asked = alice.mention(channel, 'what is a monad?')
  const thread = asked.messageId
  const replyIn = () =>
    simulator.threads().some(({ id }) => id === thread)
      ? simulator
          .messages(thread)
          .find((each) => each.authorId === simulator.bot.id && customIds(each.components).length > 1)
      : undefined
  const reply = await simulator.until(replyIn, WITHIN_MS)
  const at = { channelId: thread, messageId: reply.id }
  bob.post(thread, 'and a functor?')
  bob.directMessage('hello')
  alice.react(thread, reply.id, '👍')
  alice.unreact(thread, reply.id, '👍')
  alice.clearReactions(thread, reply.id)
  for (const id of customIds(reply.components)) {
    const opened = alice.click(at, id)
    const answer = await opened.answered(WITHIN_MS).catch(() => undefined)
    if (answer?.modal !== undefined) quietly(() => alice.submitModal(opened, {}))
  }
  quietly(() => alice.messageCommand(at, 'Write a better reply'))
  for (const name of ['parley help', 'parley privacy']) {
    try {
      const opened = alice.command(channel, name)
      const { message } = await opened.answered(WITHIN_MS)
      for (const id of customIds(message?.components ?? []).slice(0, 1))
        quietly(() => alice.click({ channelId: message?.channelId ?? '', messageId: message?.id ?? '' }, id))
    } catch {
      // A command of another name has no sample.
    }
  }
  const later = bob.mention(channel, 'one more')
  bob.edit(later, 'another one')
  bob.delete(later)
  alice.typing(channel)
}

const quietly = (act: () => unknown): void => {
  try {
    act()
  } catch {
    // What the client would not let through has no sample.
  }
}

const customIds = (components: readonly SeenComponent[]): readonly string[] =>
  components.flatMap(({ custom_id, components: inner = [] }) => [
    ...(custom_id === undefined ? [] : [custom_id]),
    ...customIds(inner),
  ])

/** What each kind cannot do without, as paths into its data. */
export const NEEDED: Readonly<Record<string, readonly (readonly (string | number)[])[]>> = {
  MESSAGE_CREATE: [['id'], ['channel_id'], ['author'], ['author', 'id'], ['content'], ['timestamp']],
  MESSAGE_UPDATE: [['id'], ['channel_id'], ['author'], ['edited_timestamp']],
  MESSAGE_DELETE: [['id'], ['channel_id']],
  MESSAGE_REACTION_ADD: [['user_id'], ['channel_id'], ['message_id'], ['emoji']],
  MESSAGE_REACTION_REMOVE: [['user_id'], ['channel_id'], ['message_id'], ['emoji']],
  MESSAGE_REACTION_REMOVE_ALL: [['channel_id'], ['message_id']],
  INTERACTION_CREATE: [['id'], ['token'], ['type'], ['data'], ['data', 'custom_id']],
}
