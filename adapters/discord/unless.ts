/** Waits for what others wait for too, and so cannot be cancelled itself. @throws the signal's reason */
export async function unless<T>(over: AbortSignal, waited: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const leave = () => reject(over.reason)
  over.addEventListener('abort', leave, { once: true })
  if (over.aborted) leave()
  try {
    return await Promise.race([waited, promise])
  } finally {
    over.removeEventListener('abort', leave)
  }
}
