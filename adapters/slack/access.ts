import type { Access } from '#adapters/access.ts'
import type { SlackApi } from './api.ts'
import { isShutOut, platformError, SlackCallError } from './fault.ts'

/** The same API, which is not asked while the bot token is refused, and tells when it is. */
export function guarded(api: SlackApi, access: Access): SlackApi {
  /** What Slack said when it refused; said again to whoever asks meanwhile. */
  let refusal: SlackCallError | undefined
  const guard =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      if (access.trouble !== undefined && refusal !== undefined) throw refusal
      try {
        return await call(...args)
      } catch (thrown) {
        if (thrown instanceof SlackCallError && isShutOut(thrown.code)) {
          refusal = thrown
          access.refused(platformError(thrown).message)
        }
        throw thrown
      }
    }
  return {
    startStream: guard(api.startStream),
    appendStream: guard(api.appendStream),
    stopStream: guard(api.stopStream),
    post: guard(api.post),
    update: guard(api.update),
    remove: guard(api.remove),
    replies: guard(api.replies),
    setSession: guard(api.setSession),
    setStatus: guard(api.setStatus),
    whisper: guard(api.whisper),
    person: guard(api.person),
  }
}
