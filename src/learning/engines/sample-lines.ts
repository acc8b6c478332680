/**
 * Samples among what a trainer prints. Parley's reward function (`parley_reward.py`) says one in each step, because
 * TRL itself prints none that can be read; OpenRLHF prints the first of each step as a Python list of the text, prompt
 * included and its template's tokens left out, and the reward.
 */
import * as z from 'zod'

export interface PrintedSample {
  readonly prompt: string
  readonly completion: string
  readonly reward?: number
}

/** What `parley_reward.py` writes before its samples. */
const OURS = 'parley-sample '
const ours = z.object({ prompt: z.string(), completion: z.string(), reward: z.number().exactOptional() })

const OPENRLHF = /^\[(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"), (?<reward>-?(?:\d[\d.e+-]*|inf)|nan)\]$/
/** Where templates have the assistant begin, once their tokens are left out. */
const TURN = /(?:^|\n)assistant\s*\n/g

/** Undefined for a line that is none. */
export function sampleIn(line: string): PrintedSample | undefined {
  return line.startsWith(OURS) ? oursIn(line.slice(OURS.length)) : openRlhfIn(line.trim())
}

function oursIn(text: string): PrintedSample | undefined {
  try {
    return ours.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // another process wrote into its line
  }
}

function openRlhfIn(line: string): PrintedSample | undefined {
  const { text, reward } = OPENRLHF.exec(line)?.groups ?? {}
  if (text === undefined || reward === undefined) return undefined
  const said = pythonString(text.slice(1, -1))
  const turn = [...said.matchAll(TURN)].at(-1)
  const begins = turn === undefined ? 0 : turn.index + turn[0].length
  const number = Number(reward)
  return {
    ...{ prompt: said.slice(0, turn?.index ?? 0), completion: said.slice(begins) },
    ...(Number.isFinite(number) ? { reward: number } : {}),
  }
}

const NAMED: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' }

/** As `repr` writes one. https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences */
const pythonString = (text: string): string =>
  text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/g,
    (whole, byte?: string, unit?: string, point?: string, other?: string) => {
      const code = byte ?? unit ?? point
      if (code !== undefined) {
        const number = Number.parseInt(code, 16)
        return number > 0x10ffff ? whole : String.fromCodePoint(number)
      }
      return other === undefined ? whole : (NAMED[other] ?? other)
    },
  )
