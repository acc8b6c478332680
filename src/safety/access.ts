/**
 * Who may ask, and where (rule S7). Lists hold names as the platform gives them: of people and roles, of channels and
 * workspaces, or `slack`, `discord`, `web` for everybody of a platform.
 */
import type { ThreadRef } from '#core/thread.ts'

/** What is left out allows everybody, everywhere. */
export interface AccessLists {
  /** People or roles: only they are answered. */
  readonly people?: readonly string[] | undefined
  /** Channels or workspaces: only there people are answered. */
  readonly channels?: readonly string[] | undefined
  /** People, roles, channels or workspaces: they are not answered, whatever else allows them. */
  readonly deny?: readonly string[] | undefined
}

/** A question, as far as its place and its author decide. */
export interface Asker {
  readonly thread: ThreadRef
  readonly speaker: { readonly id: string }
  /** The author's roles there, where the platform has such. */
  readonly roles?: readonly string[]
}

/** @example mayAsk({ channels: ['C0123'] }, question) // true in that channel only */
export function mayAsk(
  { people, channels, deny = [] }: AccessLists,
  { thread, speaker, roles = [] }: Asker,
): boolean {
  const who = [speaker.id, ...roles, thread.platform]
  const where = [thread.channel, thread.workspace, thread.platform]
  const among = (list: readonly string[], names: readonly string[]): boolean =>
    names.some((name) => list.includes(name))
  if (among(deny, [...who, ...where])) return false
  return (people === undefined || among(people, who)) && (channels === undefined || among(channels, where))
}
