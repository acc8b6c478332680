/**
 * The commands that people find in Discord's own menus, registered at every start: whatever else the application had
 * goes, so that nobody finds a command that nothing answers any more. Pure but for `register`.
 *
 * @see https://docs.discord.com/developers/interactions/application-commands
 */
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord.js'
import type { Logger } from 'pino'
import { CORRECTION_FORM, HELP } from '#adapters/forms.ts'
import type { Clock } from '#core/clock.ts'
import { describe } from '../fault.ts'
import { withPatience } from '../patience.ts'
import type { InteractionApi, Shown } from './api.ts'
import { saying } from './saying.ts'

export const COMMAND = 'parley'
export const SUBCOMMANDS = { privacy: 'privacy', help: 'help' } as const
/** On a message: right click, Apps. */
export const MESSAGE_COMMAND = CORRECTION_FORM.title

/** In servers, and in direct messages with the bot. */
const everywhere = {
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
}

const sub = (name: string, description: string) => ({
  ...{ type: ApplicationCommandOptionType.Subcommand, name, description },
})

export const COMMANDS: readonly unknown[] = [
  {
    ...{
      type: ApplicationCommandType.ChatInput,
      name: COMMAND,
      description: 'Help, and your privacy',
      ...everywhere,
    },
    options: [
      sub(SUBCOMMANDS.help, 'What you can do here'),
      sub(SUBCOMMANDS.privacy, 'What is kept of you: see it, get a copy, have it erased'),
    ],
  },
  { type: ApplicationCommandType.Message, name: MESSAGE_COMMAND, ...everywhere },
]

export interface RegisterDeps {
  readonly api: InteractionApi
  readonly clock: Clock
  readonly log: Logger
  readonly stopped: AbortSignal
}

/** One call; it must not hold up whoever waits for the end. */
const WITHIN_MS = 10_000

/** Never throws: people can do without commands, and the operator is told. */
export async function register(
  application: string,
  { api, clock, log, stopped }: RegisterDeps,
): Promise<void> {
  const attempt = () =>
    api.register(application, COMMANDS, AbortSignal.any([stopped, AbortSignal.timeout(WITHIN_MS)]))
  try {
    await withPatience(attempt, clock, stopped)
  } catch (error) {
    if (stopped.aborted) return
    log.warn(
      { failure: describe(error) },
      `Discord: /${COMMAND} and "${MESSAGE_COMMAND}" could not be registered, so people may not find them. ` +
        'Invite the bot with the scope applications.commands, and restart.',
    )
  }
}

export const help = (): Shown => saying(HELP.map((line) => `- ${line}`).join('\n'))
