import { Client, GatewayIntentBits, Options, Partials, type RESTOptions } from 'discord.js'
import { ForgivingShards, type ShardDuty } from './forgiving.ts'

const EVERYDAY_INTENTS: readonly GatewayIntentBits[] = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildMessageReactions,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.DirectMessageReactions,
]

/**
 * The gateway client. Parley reads raw dispatches, so discord.js keeps channels, roles and a few people only: memory
 * does not grow with what is said.
 *
 * @param readsContent ask for message content, a switch in Discord's portal; without it, only mentions, direct
 * messages and replies can be read.
 * @param onFailure told of what Discord said and discord.js could not take, and of connections that it lost.
 */
export function createClient(
  readsContent: boolean,
  rest: Partial<RESTOptions>,
  onFailure: (error: unknown, duty: ShardDuty) => void,
): Client {
  return new Client({
    intents: [...EVERYDAY_INTENTS, ...(readsContent ? [GatewayIntentBits.MessageContent] : [])],
    // What discord.js does not know yet must reach its channel cache all the same.
    partials: [Partials.Channel, Partials.Message, Partials.Reaction, Partials.User, Partials.ThreadMember],
    allowedMentions: { parse: [], repliedUser: false },
    enforceNonce: true,
    // As many as Discord asks for: one, until the bot is in thousands of servers.
    shards: 'auto',
    failIfNotExists: false,
    rest,
    ws: { buildStrategy: (manager) => new ForgivingShards(manager, onFailure) },
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      ApplicationCommandManager: 0,
      AutoModerationRuleManager: 0,
      GuildBanManager: 0,
      GuildEmojiManager: 0,
      GuildInviteManager: 0,
      GuildMemberManager: { maxSize: 0, keepOverLimit: isSelf },
      GuildScheduledEventManager: 0,
      GuildStickerManager: 0,
      MessageManager: 0,
      PresenceManager: 0,
      ReactionManager: 0,
      ReactionUserManager: 0,
      StageInstanceManager: 0,
      ThreadMemberManager: 0,
      // Asked only whether somebody who took a reaction back is a bot.
      UserManager: { maxSize: 1_000, keepOverLimit: isSelf },
      VoiceStateManager: 0,
    }),
    sweepers: {
      ...Options.DefaultSweeperSettings,
      // Seconds.
      users: { interval: 3600, filter: () => (user) => !isSelf(user) },
    },
  })
}

const isSelf = (someone: { readonly id: string; readonly client: Client }): boolean =>
  someone.id === someone.client.user?.id
