/** From an emoji that came a moment too early to one on a reply that takes minutes to write. */
const AGAIN_MS = [2_000, 15_000, 60_000, 300_000]

/**
 * Another replica learns things without telling this one: what waits for them is looked at again a few times, on top
 * of what is told here. Does not keep the process alive.
 *
 * @param look true when there is nothing to wait for any more. One that fails is a look that found nothing.
 */
export function lookAgain(look: () => Promise<boolean>): void {
  const wait = (nth: number): void => {
    const pause = AGAIN_MS[nth]
    if (pause === undefined) return
    const next = (isDone: boolean) => (isDone ? undefined : wait(nth + 1))
    setTimeout(() => void look().then(next, () => next(false)), pause).unref()
  }
  wait(0)
}
