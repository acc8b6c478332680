import type { Speaker } from '#core/thread.ts'
import type { HeardMessage } from './message.ts'

/** What ids in a text are called. Undefined where nobody knows. */
export interface Names {
  role(id: string): string | undefined
  channel(id: string): string | undefined
}

/** The assistant's own ids: a mention of either is a mention of it. */
export interface Self {
  readonly user: string
  /** The role Discord made for the bot in this guild: people pick it from the list by mistake. */
  readonly role: string | undefined
}

export const isAddressed = (message: HeardMessage, self: Self): boolean =>
  message.mentions.some(({ id }) => id === self.user) ||
  (self.role !== undefined && message.roles.includes(self.role))

/**
 * What a person wrote, as Markdown: mentions resolved to names, the assistant's own taken out, and a line for
 * everything that is not text.
 */
export function textOf(message: HeardMessage, self: Self, names: Names): string {
  const people = new Map(message.mentions.map(({ id, name }) => [id, name]))
  const content = withoutSelf(message.content, self)
    .replace(/<@!?(\d{17,20})>/g, (whole, id: string) => prefixed('@', people.get(id), whole))
    .replace(/<@&(\d{17,20})>/g, (whole, id: string) => prefixed('@', names.role(id), whole))
    .replace(/<#(\d{17,20})>/g, (whole, id: string) => prefixed('#', names.channel(id), whole))
    .replace(/<a?:(\w{1,32}):\d{17,20}>/g, ':$1:')
    .replace(/<(\/[^:<>\n]{1,100}):\d{17,20}>/g, '$1')
  return [content, ...message.extras].join('\n').trim()
}

/** Whom its text mentions, ourselves aside, by the names that it gives them. Who is replied to is no part of a text. */
export const namedIn = ({ mentions, content }: HeardMessage, self: Self): readonly Speaker[] =>
  mentions.flatMap(({ id, name }) =>
    id !== self.user && new RegExp(`<@!?${id}>`).test(content) ? [{ id, name }] : [],
  )

const prefixed = (sign: string, name: string | undefined, otherwise: string): string =>
  name === undefined ? otherwise : `${sign}${name}`

function withoutSelf(content: string, self: Self): string {
  const ids = [`<@!?${self.user}>`, ...(self.role === undefined ? [] : [`<@&${self.role}>`])]
  const mention = new RegExp(`(\\n?)[ \\t]*(?:${ids.join('|')})[ \\t]*([,:;.!?](?=\\s|$))?`, 'g')
  // At the head of a line, "@Parley, do" is "do"; within one, the sentence keeps its punctuation.
  return content.replace(
    mention,
    (_whole, newline: string, punctuation: string | undefined, offset: number) =>
      newline !== '' || offset === 0 ? newline : (punctuation ?? ' '),
  )
}
