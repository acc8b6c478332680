/** What Slack and Discord write for people, channels, roles and emoji, and links to their messages. */
import { type Kind, matches, type Rule, type Span } from './span.ts'

/** `[pattern, kind, prefix of the key]`; the first group is the id. */
const MENTIONS: readonly (readonly [RegExp, Kind, string])[] = [
  // <@U012AB3CD> <@U012AB3CD|jane> <@1234> <@!1234>
  [/<@!?([A-Za-z0-9]{1,32})(?:\|[^<>\n]{0,200})?>/g, 'USER', 'id:'],
  // <@&1234> <!subteam^S012AB3CD|@team>
  [/<@&(\d{1,32})>/g, 'ROLE', 'id:'],
  [/<!subteam\^([A-Za-z0-9]{1,32})(?:\|[^<>\n]{0,200})?>/g, 'ROLE', 'id:'],
  // <#C012AB3CD|general> <#1234>
  [/<#([A-Za-z0-9]{1,32})(?:\|[^<>\n]{0,200})?>/g, 'CHANNEL', 'id:'],
  // <:wave:1234> <a:wave:1234>
  [/<a?:\w{1,64}:(\d{1,32})>/g, 'EMOJI', 'id:'],
  [/<\/[\w -]{1,100}:(\d{1,32})>/g, 'COMMAND', 'id:'],
  [/<mailto:([^<>|\s]{1,320})(?:\|[^<>\n]{0,320})?>/g, 'EMAIL', ''],
  [/<tel:([^<>|\s]{1,40})(?:\|[^<>\n]{0,80})?>/g, 'PHONE', ''],
]

/** They name workspace, channel and message at once. */
const MESSAGE_LINKS: readonly RegExp[] = [
  /https:\/\/[\w-]{1,80}(?:\.enterprise)?\.slack\.com\/(?:archives|files|team)\/[\w\-./]{1,200}(?:\?[\w=&.%-]{0,300})?/g,
  /https:\/\/app\.slack\.com\/[\w\-./]{1,200}(?:\?[\w=&.%-]{0,300})?/g,
  /https:\/\/(?:www\.|ptb\.|canary\.)?discord(?:app)?\.com\/channels\/[\w@/]{1,100}/g,
]

export const findMentions: Rule = (text) => [
  ...MENTIONS.flatMap(([pattern, kind, prefix]) =>
    [...matches(text, pattern)].map(({ index: start, end, 1: id = '' }): Span => {
      const key = prefix === '' ? keyOf(kind, id) : `${prefix}${id}`
      return { start, end, kind, key }
    }),
  ),
  ...MESSAGE_LINKS.flatMap((pattern) =>
    [...matches(text, pattern)].map(
      ({ index: start, end, 0: key }): Span => ({ start, end, kind: 'LINK', key }),
    ),
  ),
]

const keyOf = (kind: Kind, value: string): string =>
  kind === 'PHONE' ? value.replace(/[^\d+]/g, '') : value.toLowerCase()
