import type { Platform } from '#adapters/platform.ts'
import { createWeb, type WebSettings } from '#adapters/web/web.ts'
import { type Clock, systemClock } from '#core/clock.ts'
import type { Question } from '#core/dialogue/question.ts'
import type { Namespace } from '#core/store/namespaces.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { type RecordingHost, recordingHost } from './recording-host.ts'
import { type Served, serve } from './served.ts'

export interface Workspace extends AsyncDisposable {
  readonly web: Platform
  readonly host: RecordingHost
  readonly store: Namespace
  readonly url: string
  /** The process ends and another one begins on the same store and port; `between` runs while there is none. */
  restart(between?: () => Promise<void>): Promise<void>
}

/** A web workspace that listens, with a core that only records. */
export async function workspace(
  options: Partial<WebSettings> & {
    readonly onQuestion?: (question: Question) => void
    readonly clock?: Clock
    readonly store?: Namespace
  } = {},
): Promise<Workspace> {
  const {
    onQuestion,
    clock = systemClock,
    store = openSqliteStore('memory:', quietLog).keyv('web'),
    ...settings
  } = options
  const host = recordingHost(onQuestion)
  const open = async (port: number): Promise<{ web: Platform; served: Served }> => {
    const web = createWeb({ modelLabel: 'scripted model', ...settings }, { store, clock, log: quietLog })
    await web.start(host)
    return { web, served: await serve(web, port) }
  }
  let now = await open(0)
  return {
    host,
    store,
    get web() {
      return now.web
    },
    get url() {
      return now.served.url
    },
    async restart(between) {
      await now.web.stop()
      await now.served.close()
      await between?.()
      now = await open(Number(new URL(now.served.url).port))
    },
    [Symbol.asyncDispose]: async () => {
      await now.web.stop()
      await now.served.close()
    },
  }
}
