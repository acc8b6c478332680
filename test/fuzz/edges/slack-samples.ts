/** What Slack sends, as the simulated workspace sends it when people do everything that can be done. */
import type { SlackSimulator } from '#test/platforms/slack/simulator.ts'

export async function actInSlack(simulator: SlackSimulator): Promise<void> {
  const [alice, bob] = [simulator.person('alice'), simulator.person('bob')]
  const channel = simulator.channel('general')
  const asked = await alice.mention(channel, 'what is a monad?')
  const answered = () =>
    simulator
      .thread(channel, asked.ts)
      .find(({ user, streaming }) => user === simulator.bot.userId && !streaming)
  await simulator.until(() => elementsOf(answered()?.blocks ?? []).length > 0)
  const reply = answered()
  if (reply === undefined) throw new Error('There is an answer.')
  await bob.post(channel, 'and a functor?', { threadTs: asked.ts })
  await bob.directMessage('hello')
  await alice.react(channel, reply.ts, '+1')
  await alice.unreact(channel, reply.ts, '+1')
  await alice.openHome()
  const shown = { channel, ts: reply.ts }
  for (const { action, value } of elementsOf(reply.blocks)) {
    await alice.click(shown, action, value).catch(() => undefined)
    await simulator.settled()
    await alice.submit({}).catch(() => undefined)
    await alice.dismiss().catch(() => undefined)
  }
  await alice.shortcut('parley_correct', shown)
  await simulator.settled()
  await alice.submit({}).catch(() => undefined)
  await alice.dismiss().catch(() => undefined)
  for (const text of ['help', 'privacy', '']) await alice.command('/parley', text, channel)
  await simulator.settled()
  await alice.dismiss().catch(() => undefined)
  const later = await bob.mention(channel, 'one more')
  await bob.edit(later, 'another one')
  await bob.delete(later)
  await simulator.settled()
}

interface Element {
  readonly action: string
  readonly value: string | undefined
}

/** Everything to press, with each value that it can have. */
function elementsOf(blocks: readonly unknown[]): readonly Element[] {
  const found: Element[] = []
  const look = (value: unknown, action: string | undefined): void => {
    if (typeof value !== 'object' || value === null) return
    const own = 'action_id' in value && typeof value.action_id === 'string' ? value.action_id : action
    const press = 'value' in value && typeof value.value === 'string' ? value.value : undefined
    if (own !== undefined && press !== undefined) found.push({ action: own, value: press })
    for (const inner of Object.values(value)) look(inner, own)
  }
  for (const block of blocks) look(block, undefined)
  return found
}

/** What each kind cannot do without, as paths into it. */
export function neededIn(body: unknown): readonly (readonly (string | number)[])[] {
  const type = textAt(body, ['type'])
  const event = textAt(body, ['event', 'type'])
  if (type === 'event_callback') {
    const subtype = textAt(body, ['event', 'subtype'])
    const always = [['event'], ['event', 'type']]
    if (event === 'reaction_added' || event === 'reaction_removed')
      return [
        ...always,
        ['event', 'item'],
        ['event', 'item', 'ts'],
        ['event', 'item', 'channel'],
        ['event', 'user'],
        ['event', 'reaction'],
      ]
    if (subtype === 'message_deleted') return [...always, ['event', 'deleted_ts'], ['event', 'channel']]
    if (subtype === 'message_changed') return [...always, ['event', 'message'], ['event', 'channel']]
    if (event === 'message' || event === 'app_mention')
      return [...always, ['event', 'ts'], ['event', 'channel'], ['event', 'user'], ['event', 'text']]
    return always
  }
  if (type === 'block_actions')
    return [['type'], ['user'], ['user', 'id'], ['actions'], ['actions', 0, 'action_id']]
  if (type === 'view_submission')
    return [['type'], ['user'], ['user', 'id'], ['view'], ['view', 'callback_id']]
  if (type === 'message_action')
    return [['type'], ['user', 'id'], ['callback_id'], ['message_ts'], ['channel', 'id']]
  if (type === undefined) return [['command'], ['user_id']]
  return [['type']]
}

const textAt = (value: unknown, path: readonly string[]): string | undefined => {
  const found = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  )
  return typeof found === 'string' ? found : undefined
}
