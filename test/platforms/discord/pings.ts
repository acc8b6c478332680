/** Who is notified by a message (rule D6 is checked with this): its text, narrowed by allowed_mentions. */

export interface AllowedMentions {
  readonly parse?: readonly ('users' | 'roles' | 'everyone')[] | undefined
  readonly users?: readonly string[] | undefined
  readonly roles?: readonly string[] | undefined
  readonly replied_user?: boolean | undefined
}

export interface Mentions {
  readonly users: readonly string[]
  readonly roles: readonly string[]
  readonly everyone: boolean
}

/**
 * @param text everything shown, text displays included.
 * @param allowed undefined when the request has none: then every mention counts, and a reply notifies its author.
 * @param repliedTo author of the message that is replied to.
 */
export function mentionsOf(text: string, allowed: AllowedMentions | undefined, repliedTo?: string): Mentions {
  const permits = (kind: 'users' | 'roles', id: string): boolean =>
    allowed === undefined || allowed.parse?.includes(kind) === true || allowed[kind]?.includes(id) === true
  const users = idsIn(text, /<@!?(\d{17,20})>/g).filter((id) => permits('users', id))
  const reply =
    repliedTo !== undefined && (allowed === undefined || allowed.replied_user === true) ? [repliedTo] : []
  return {
    users: [...new Set([...users, ...reply])],
    roles: idsIn(text, /<@&(\d{17,20})>/g).filter((id) => permits('roles', id)),
    everyone:
      /@everyone|@here/.test(text) && (allowed === undefined || allowed.parse?.includes('everyone') === true),
  }
}

export interface Audience {
  readonly authorId: string
  readonly members: readonly string[]
  readonly rolesById: ReadonlyMap<
    string,
    { readonly mentionable: boolean; readonly members: readonly string[] }
  >
  /** The author may ping everyone and unmentionable roles. */
  readonly mayMentionEveryone: boolean
}

/** The people who hear of it. Nobody is notified of their own message. */
export function pingsOf(mentions: Mentions, audience: Audience): readonly string[] {
  const { authorId, members, rolesById, mayMentionEveryone } = audience
  const byRole = mentions.roles.flatMap((id) => {
    const role = rolesById.get(id)
    return role !== undefined && (role.mentionable || mayMentionEveryone) ? role.members : []
  })
  const all = mentions.everyone && mayMentionEveryone ? members : []
  const known = mentions.users.filter((id) => members.includes(id))
  return [...new Set([...known, ...byRole, ...all])].filter((id) => id !== authorId)
}

const idsIn = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].flatMap((match) => match[1] ?? [])),
]
