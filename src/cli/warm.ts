import { flushCompileCache } from 'node:module'
import { preload } from '#core/main.ts'
import { releaseYoungGeneration } from './young-generation.ts'

/**
 * Load everything that a start may load, once, so that it is compiled and kept. V8 keeps compiled code apart by the
 * flags it was compiled under, so this goes the way a start goes.
 */
export async function warm(): Promise<number> {
  await import('./start.ts')
  await import('./feedback.ts')
  const { later } = await preload()
  releaseYoungGeneration()
  await later()
  flushCompileCache()
  return 0
}
