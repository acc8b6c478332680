import { KIND_LABELS, type Kind, SPLITS } from './dataset.ts'
import { DROPS, type Drop } from './drops.ts'
import type { Manifest } from './manifest.ts'

/** The least that a consumer takes, where it says so. */
const FEWEST: Partial<Record<Kind, { readonly rows: number; readonly says: string }>> = {
  'sft-openai': { rows: 10, says: 'OpenAI-format fine-tuning takes 10 rows or more' },
  'rft-openai': { rows: 100, says: 'reinforcement fine-tuning (Bedrock) takes 100 rows or more' },
}

/** Characters. */
const COLUMN = 12

/** What a dataset is and what is not in it, for people: `dataset show`, and the end of a build. */
export function describe(manifest: Manifest): string {
  const { id, kinds, files, split, stats, dropped, droppedByKind, newest, options } = manifest
  const rows = (kind: Kind, name: string): number =>
    files.find((file) => file.kind === kind && file.split === name)?.rows ?? 0
  const width = Math.max(...kinds.map((kind) => kind.length))
  const lines = [
    `Dataset ${id}`,
    ...(newest === undefined ? [] : [`Newest record: ${new Date(newest).toISOString()}`]),
    `Seed ${options.seed}, salt ${split.salt}, pairs ${options.pairs}, redactor ${manifest.redactor}, consent epoch ${manifest.consentEpoch}`,
    ...(manifest.parents.length === 0 ? [] : [`Splits kept from ${manifest.parents.join(', ')}`]),
    '',
    `${''.padEnd(width)}  ${SPLITS.map((name) => name.padStart(COLUMN)).join('')}`,
    ...kinds.map(
      (kind) =>
        `${kind.padEnd(width)}  ${SPLITS.map((name) => String(rows(kind, name)).padStart(COLUMN)).join('')}   ${KIND_LABELS[kind]}`,
    ),
  ]
  const shares = sharesOf(manifest)
  const notes = [
    ...(stats.kto === undefined
      ? []
      : [
          `Votes to train on: ${stats.kto.good} good, ${stats.kto.bad} bad. For KTO: desirable_weight ${stats.kto.desirable_weight}, undesirable_weight ${stats.kto.undesirable_weight}.`,
        ]),
    ...(shares === undefined ? [] : [shares]),
    ...manifest.policy.permissions.map((permission) => `Platform text is used: ${permission.clause}`),
    ...kinds.flatMap((kind) => warningsOf(kind, rows(kind, 'train'), rows(kind, 'test'))),
  ]
  const left = [
    ...dropped.map(({ source, reason, count }) => `${source}: ${count} left out: ${textOf(reason)}`),
    ...droppedByKind.map(({ kind, reason, count }) => `${kind}: ${count} left out: ${DROPS[reason]}`),
    ...manifest.policy.refused.map(({ provenance, count, say }) => `${provenance} (${count}): ${say}`),
  ]
  return [...lines, ...section('Notes', notes), ...section('Not in it', left), ''].join('\n')
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `- ${line}`)]

function warningsOf(kind: Kind, train: number, test: number): readonly string[] {
  const fewest = FEWEST[kind]
  if (train === 0) return [`${kind} has nothing to train on yet.`]
  return [
    ...(fewest !== undefined && train < fewest.rows ? [`${kind} has ${train} rows; ${fewest.says}.`] : []),
    ...(test === 0 ? [`${kind} has no test rows yet: with little data all may fall into train.`] : []),
  ]
}

function sharesOf({ stats, options }: Manifest): string | undefined {
  const train = stats.rows.filter(({ split, kind }) => split === 'train' && kind === 'sft')
  const total = train.reduce((sum, { rows }) => sum + rows, 0)
  const imported = train.filter(({ source }) => source === 'imports').reduce((sum, { rows }) => sum + rows, 0)
  if (total === 0 || (imported === 0 && options.mix === undefined)) return undefined
  return `Of the sft rows to train on, ${((100 * imported) / total).toFixed(1)} % were imported.`
}

const textOf = (reason: string): string => (isDrop(reason) ? DROPS[reason] : reason)
const isDrop = (reason: string): reason is Drop => Object.hasOwn(DROPS, reason)
