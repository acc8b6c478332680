/** Somebody on a platform, whatever they are called there. */
export interface PersonRef {
  /** `slack`, `discord` or `web`. */
  readonly platform: string
  /** The platform's id of the person. */
  readonly id: string
}

/** One string for a person. Parts are escaped, so no two people share one. */
export const personKey = ({ platform, id }: PersonRef): string =>
  [platform, id].map(encodeURIComponent).join(':')
