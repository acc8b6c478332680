/**
 * Token streams to deliver: made by seeded functions, in the manner of what models send. No recording of a model is
 * kept, since a recording would hold its text; the rates are those that providers show in 2026.
 */
import { seeded } from '#test/seeded.ts'

export type Manner = 'slow' | 'fast' | 'bursty'

export interface Stream {
  readonly name: string
  /** Milliseconds after the first token; never falls. */
  readonly times: readonly number[]
  readonly tokens: readonly string[]
}

export const MANNERS: readonly Manner[] = ['slow', 'fast', 'bursty']
/** Characters: a short answer, a paragraph, a page, a long article, a small book. */
export const LENGTHS: readonly number[] = [200, 1_000, 4_000, 15_000, 60_000]

/** A large model, or one on a laptop: about 25 tokens a second, one by one. */
const SLOW_MS = 40
/** A small model of a provider: about 120 tokens a second, two in a network packet. */
const FAST_MS = 8
/** A gateway that flushes by size, and a model that pauses: half a second of text at once, now and then seconds of nothing. */
const BURST_MS = 500
const PAUSE_MS = 4_000
const PAUSE_CHANCE = 0.05

export function recordedStreams(): readonly Stream[] {
  return MANNERS.flatMap((manner) => LENGTHS.map((length) => stream(manner, length, length)))
}

export function stream(manner: Manner, length: number, seed: number): Stream {
  const random = seeded(seed * 7 + MANNERS.indexOf(manner))
  const times: number[] = []
  const tokens: string[] = []
  let now = 0
  let size = 0
  while (size < length) {
    const packet = manner === 'slow' ? 1 : manner === 'fast' ? 2 : 20 + Math.floor(random() * 40)
    for (let count = 0; count < packet && size < length; count += 1) {
      const token = nextToken(random, size)
      times.push(now)
      tokens.push(token)
      size += token.length
    }
    now += pauseAfter(manner, random)
  }
  return { name: `${manner} ${length}`, times, tokens }
}

/** Networks and schedulers make gaps uneven: each is between half and one and a half times the usual. */
function pauseAfter(manner: Manner, random: () => number): number {
  const unevenly = 0.5 + random()
  switch (manner) {
    case 'slow':
      return SLOW_MS * unevenly
    case 'fast':
      return 2 * FAST_MS * unevenly
    case 'bursty':
      return random() < PAUSE_CHANCE ? PAUSE_MS * unevenly : BURST_MS * unevenly
  }
}

/** Words of two to eight letters, sentences, and a paragraph now and then: about 4.5 characters a token. */
function nextToken(random: () => number, size: number): string {
  const letters = 2 + Math.floor(random() * 6)
  const word = 'abcdefghij'.slice(0, letters)
  if (size === 0) return `${word} `
  const dice = random()
  if (dice < 0.01) return `${word}.\n\n`
  return dice < 0.1 ? `${word}. ` : dice < 0.4 ? word : `${word} `
}
