import { flushCompileCache } from 'node:module'
import { preload } from '#core/main.ts'

/** Load everything that a start may load, once, so that it is compiled and kept. */
export async function warm(): Promise<number> {
  await import('./start.ts')
  await import('./idle-memory.ts')
  await import('./feedback.ts')
  await preload()
  flushCompileCache()
  return 0
}
