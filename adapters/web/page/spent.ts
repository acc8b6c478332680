import { useEffect, useRef } from 'preact/hooks'

/** @param before milliseconds of an earlier visit. @returns how long this has been in sight, all visits together. */
export function useSpent(before: number): () => number {
  const sum = useRef(before)
  /** Since when it is in sight, on the page's own clock; `undefined` while it is not. */
  const since = useRef<number | undefined>(document.hidden ? undefined : performance.now())
  useEffect(() => {
    const onChange = () => {
      if (since.current !== undefined) sum.current += performance.now() - since.current
      since.current = document.hidden ? undefined : performance.now()
    }
    document.addEventListener('visibilitychange', onChange)
    return () => document.removeEventListener('visibilitychange', onChange)
  }, [])
  return () => Math.round(sum.current + (since.current === undefined ? 0 : performance.now() - since.current))
}
