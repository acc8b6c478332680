import { setFlagsFromString } from 'node:v8'

/**
 * Loading a platform's SDK makes garbage for which V8 grows its young generation to 16 MiB and more, and then keeps
 * it: up to 30 MiB of an idle process. So it is held small while Parley starts and may grow again afterwards, when
 * there is work for it.
 *
 * @example
 * holdYoungGeneration()
 * await start()
 * releaseYoungGeneration()
 */
export const holdYoungGeneration = (): void => setFlagsFromString('--semi-space-growth-factor=1')

/** V8's default. */
export const releaseYoungGeneration = (): void => setFlagsFromString('--semi-space-growth-factor=2')
