import { createInterface } from 'node:readline'
import type { PersonRef } from '#core/person.ts'
import type { FeedbackEvent } from './event.ts'
import type { Ledger } from './ledger.ts'
import { type Read, readEvent } from './older-event.ts'

/** Written in one transaction: one wait for the disk, not hundreds. */
const BATCH = 500

export interface Imported {
  readonly added: number
  /** Events that were there before. */
  readonly known: number
  readonly wrong: number
}

/** `line` counts from 1. */
export interface WrongLine {
  readonly line: number
  /** Which field is wrong, and why. */
  readonly problem: string
}

/**
 * Takes in what `parley feedback export` wrote: one JSON object a line. Safe to repeat: an event is known by its id.
 * Wrong lines are told and left out.
 */
export async function importEvents(
  source: NodeJS.ReadableStream,
  ledger: Pick<Ledger, 'addAll'>,
  pseudonymOf: (person: PersonRef) => string,
  onWrong: (wrong: WrongLine) => void,
): Promise<Imported> {
  let batch: FeedbackEvent[] = []
  let [read, added, wrong, line] = [0, 0, 0, 0]
  const flush = async () => {
    added += await ledger.addAll(batch)
    batch = []
  }
  for await (const text of createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    if (text.trim() === '') continue
    const found = parse(text, pseudonymOf)
    if (found.ok) {
      read += 1
      batch.push(found.event)
    } else {
      wrong += 1
      onWrong({ line, problem: found.problem })
    }
    if (batch.length >= BATCH) await flush()
  }
  await flush()
  return { added, known: read - added, wrong }
}

function parse(text: string, pseudonymOf: (person: PersonRef) => string): Read {
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    // The parser's own words quote the line, which may hold what somebody wrote (rule S5).
    return { ok: false, problem: 'This is not JSON.' }
  }
  return readEvent(found, pseudonymOf)
}
