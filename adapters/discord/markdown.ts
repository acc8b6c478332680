import { withAlignedTables } from '#core/delivery/markdown/aligned.ts'

/**
 * An escaped character, code of any kind, or the beginning of a mention, in the order in which Discord looks for them.
 *
 * @see https://docs.discord.com/developers/reference#message-formatting-formats
 */
const CODE_OR_MENTION =
  /\\[^\w\s]|(`+)(?!`)[\s\S]*?[^`]\1(?!`)|<(?=(?:@[!&]?|#|\/[^:<>\n]{1,100}:)\d{17,20}>)/g

/**
 * Markdown as Discord shows it best: tables as aligned code, because it knows none, and ids as they are written
 * instead of as somebody's name (rule D6). Everything else it reads itself. Pure.
 *
 * @example toDiscord('<@123456789012345678>') // '\\<@123456789012345678>'
 */
export const toDiscord = (markdown: string): string =>
  withAlignedTables(markdown).replace(CODE_OR_MENTION, (found) => (found === '<' ? '\\<' : found))
