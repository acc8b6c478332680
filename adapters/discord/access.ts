import type { Access } from '#adapters/access.ts'
import { SurfaceError } from '#core/delivery/surface.ts'
import type { DiscordApi } from './api.ts'
import { isUnauthorized } from './fault.ts'
import { TOKEN_FIX } from './login.ts'

const REFUSED = `Discord no longer accepts the bot token. ${TOKEN_FIX}`

/**
 * The same API, which is not asked while the token is refused, and tells when it is: ten thousand refused calls in ten
 * minutes would shut this machine out.
 */
export function guarded(api: DiscordApi, access: Access): DiscordApi {
  const guard =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (access.trouble !== undefined) throw new SurfaceError({ kind: 'away' }, access.trouble)
      try {
        return await call(...args)
      } catch (error) {
        if (isUnauthorized(error)) access.refused(REFUSED)
        throw error
      }
    }
  return {
    ...api,
    post: guard(api.post),
    edit: guard(api.edit),
    remove: guard(api.remove),
    openThread: guard(api.openThread),
    unarchive: guard(api.unarchive),
    typing: guard(api.typing),
    message: guard(api.message),
    history: guard(api.history),
    following: guard(api.following),
  }
}
