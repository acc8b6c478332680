import type { Refusal } from './admit.ts'
import { DatasetError } from './dataset.ts'
import { DROPS, type Tally } from './drops.ts'
import { SOURCES, type Source } from './example.ts'

/** Where something to train on comes from, when there is none yet. */
const BEGIN: Readonly<Record<Source, string>> = {
  dialogues: 'none yet. Write one in the trainer console of the web workspace.',
  corrections: 'none yet. Press "Write a better reply" below a reply.',
  rankings: 'none yet. Press "Compare answers" below a reply, or open the trainer console.',
  votes: 'none yet. React to a reply, or press good or bad below it.',
  imports: 'none yet. Run: parley learn dataset import <file> --licence <name>',
}

/**
 * Why there is no row, by source, and what to do about each: what everybody sees who builds their first dataset.
 *
 * @param kinds what was asked for, as it was typed.
 */
export function nothingToExport(tally: Tally, refusals: readonly Refusal[], kinds: string): DatasetError {
  const lines = SOURCES.flatMap((source) => {
    const seen = tally.seen(source)
    const drops = tally.drops.filter((drop) => drop.source === source)
    if (seen === 0) return [`- ${source}: ${BEGIN[source]}`]
    const left = seen - drops.reduce((sum, { count }) => sum + count, 0)
    return [
      ...drops.map(({ reason, count }) => `- ${source}: ${count} left out: ${DROPS[reason]}`),
      ...(left > 0 ? [`- ${source}: ${left} have no rows of these kinds. Try --kinds all.`] : []),
    ]
  })
  const closed = refusals.map(({ provenance, count, say }) => `- ${provenance} (${count}): ${say}`)
  return new DatasetError(
    [
      `There is nothing to export yet (${kinds}). Nothing was written. Where it could come from:`,
      ...lines,
      ...(closed.length > 0 ? ['What may not train a model here, and why:', ...closed] : []),
    ].join('\n'),
  )
}
