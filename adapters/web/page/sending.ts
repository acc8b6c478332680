import { useRef, useState } from 'preact/hooks'
import { RequestError } from './client.ts'
import type { Store } from './store.ts'

export interface Sending {
  readonly busy: boolean
  /** Why the last try did not work, for people; empty when it did. */
  readonly problem: string
  readonly say: (problem: string) => void
  /** @returns whether it worked. A second press while the first is on its way does nothing. */
  readonly send: (work: () => Promise<void>) => Promise<boolean>
}

/** Sending a form: what does not arrive is told, and the form stays as it is. */
export function useSending(store: Store): Sending {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState('')
  const onItsWay = useRef(false)
  return {
    busy,
    problem,
    say: setProblem,
    async send(work) {
      if (onItsWay.current) return false
      onItsWay.current = true
      setBusy(true)
      setProblem('')
      try {
        await work()
        return true
      } catch (thrown) {
        if (!(thrown instanceof RequestError)) throw thrown
        setProblem(thrown.message)
        if (thrown.status === 401) await store.checkSession()
        return false
      } finally {
        onItsWay.current = false
        setBusy(false)
      }
    },
  }
}
