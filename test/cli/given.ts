import { beforeEach, vi } from 'vitest'

/** What was written to stdout and to stderr, in the order of writing. */
export interface Output {
  readonly text: string
  /** What was written so far is left out from now on. */
  forget(): void
}

/**
 * Catches what the command line writes while a test of the calling file runs; every test begins with nothing.
 * To be called at the top of a file: test files share modules, so hooks set by importing this one would be only
 * those of the first file.
 */
export function catchOutput(): Output {
  let text = ''
  const forget = () => {
    text = ''
  }
  beforeEach(() => {
    forget()
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((written) => {
        text += String(written)
        return true
      }),
    )
    return () => {
      for (const spy of spies) spy.mockRestore()
    }
  })
  return {
    get text() {
      return text
    },
    forget,
  }
}
