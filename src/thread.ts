/** Where a conversation lives. The core treats every part as an opaque name that a platform gave. */
export interface ThreadRef {
  /** `slack`, `discord` or `web`. */
  readonly platform: string
  /** Slack team id, Discord guild id (`@me` for direct messages), web workspace. */
  readonly workspace: string
  readonly channel: string
  /** What makes the thread one: Slack's `thread_ts ?? ts`, Discord's thread or DM channel id. */
  readonly root: string
}

/** One string for a thread, used as a key in every store. Parts are escaped, so no two threads share one. */
export const threadKey = ({ platform, workspace, channel, root }: ThreadRef): string =>
  [platform, workspace, channel, root].map(encodeURIComponent).join(':')

/** The message that a platform shows, by the platform's own names. */
export interface MessageRef {
  readonly platform: string
  readonly workspace: string
  readonly channel: string
  /** Slack `ts`, Discord snowflake, web message id. */
  readonly message: string
}

export const messageKey = ({ platform, workspace, channel, message }: MessageRef): string =>
  [platform, workspace, channel, message].map(encodeURIComponent).join(':')

/** Somebody who writes in a thread. */
export interface Speaker {
  /** The platform's id of the person. */
  readonly id: string
  /** What people call them; the id where the platform gives no name. */
  readonly name: string
}

/** For whatever holds a text: the people it mentions, left out where there are none. */
export const naming = (named: readonly Speaker[]): { readonly named?: readonly Speaker[] } =>
  named.length === 0 ? {} : { named }
