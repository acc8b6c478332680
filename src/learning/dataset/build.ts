import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Admission } from './admit.ts'
import { Arrangement, type Pins } from './arrange.ts'
import { choose, MIXED, type Mix, SHARES, shareOf } from './choose.ts'
import { DatasetError, type Kind, SPLIT_SHARES, type Split } from './dataset.ts'
import { type Drop, Tally } from './drops.ts'
import { type Example, promptHash, type Source } from './example.ts'
import { nothingToExport } from './explain.ts'
import type { Guarded } from './guard.ts'
import { inspect } from './inspect.ts'
import { sha256 } from './lines.ts'
import { MANIFEST, type Manifest, manifestHead } from './manifest.ts'
import type { Pairing } from './pairs.ts'
import type { Permits } from './permits.ts'
import { rowsOf } from './rows.ts'
import { inOrder, Spool, type Spooled } from './spool.ts'
import { madeWhole } from './workshop.ts'
import { type KindStats, type Taken, writeKind } from './write.ts'

/** A record of feedback as something to learn from, or why it is none. */
export interface Found {
  readonly source: Source
  /** All of the same place and people. */
  readonly examples: readonly Example[] | Drop
}

/** Records of one kind. @param consents whether a rater's judgement may be used: others' of the same record may. */
export type Finder = (consents: (person: string) => Promise<boolean>) => AsyncIterable<Found>

export interface BuildRequest {
  /** The directory to make. */
  readonly out: string
  readonly kinds: readonly Kind[]
  readonly seed: string
  /** The same salt keeps every conversation in its split, whatever is added. */
  readonly salt: string
  readonly pairs: Pairing
  readonly margin: boolean
  readonly perPerson: number
  /** Whether a person in two splits is a leak. */
  readonly byPerson: boolean
  readonly mix: Mix | undefined
  /** Splits that are kept although records before them are gone, or came later. */
  readonly parent: { readonly id: string; readonly pins: Pins } | undefined
  /** Rows that no split may know. */
  readonly heldOut: readonly Guarded[]
}

type DroppedByKind = Manifest['droppedByKind'][number]
type Held = Spooled & {
  readonly source: Source
  readonly people: readonly string[]
  readonly pinned: boolean
}

/**
 * Builds a dataset directory, or nothing at all.
 *
 * Memory holds no text: about 100 bytes an example, 700 a text that others are compared with, 200 a row.
 *
 * @throws DatasetError when there is nothing to export (with the reasons), when something leaks from one split to
 * another (with both rows), or when the directory is there already.
 */
export async function buildDataset(
  request: BuildRequest,
  finders: readonly Finder[],
  permits: Permits,
): Promise<Manifest> {
  return madeWhole(request.out, async (directory) => {
    const spoolPath = join(directory, 'spool')
    const spool = new Spool(spoolPath)
    try {
      return await fill(directory, spool, request, finders, permits)
    } finally {
      spool.close()
      await rm(spoolPath, { force: true })
    }
  })
}

async function fill(
  directory: string,
  spool: Spool,
  request: BuildRequest,
  finders: readonly Finder[],
  permits: Permits,
): Promise<Manifest> {
  const { kinds, seed, pairs, margin, mix } = request
  const consentEpoch = await permits.consents.epoch()
  const tally = new Tally()
  const admission = new Admission(permits)
  const held = await collect(spool, request, finders, admission, tally)
  const read = (nth: number): Example => spool.read(atPlace(held, nth))
  const placed = arrange(held, request, read, tally)
  refuseEmptyShare(placed, kinds, mix)

  const rowOptions = { pairs, margin, seed }
  const stats: KindStats[] = []
  const droppedByKind: DroppedByKind[] = []
  for (const kind of kinds) {
    const able = placed.filter(({ nth }) => rowsOf(kind, read(nth), rowOptions).length > 0)
    const { taken, dropped } = choose(kind, kind === 'prompts' ? firstOfEachPrompt(able) : able, request)
    stats.push(await writeKind(directory, kind, taken, rowOptions, read))
    for (const reason of ['limit', 'mix'] as const) {
      const count = dropped.filter(([, why]) => why === reason).length
      if (count > 0) droppedByKind.push({ kind, reason, count })
    }
  }
  const files = stats.flatMap((each) => each.files)
  if (files.length === 0) throw nothingToExport(tally, admission.refusals, kinds.join(', '))

  const kto = stats.find(({ kind }) => kind === 'kto')
  const manifest: Manifest = {
    ...manifestHead,
    id: `ds_${sha256(JSON.stringify(files.map(({ path, sha256 }) => [path, sha256]))).slice(0, 24)}`,
    ...{ kinds: [...kinds], files },
    split: {
      salt: request.salt,
      shares: SPLIT_SHARES,
      counts: bySplit((split) => placed.filter((each) => each.split === split).length),
      byPerson: request.byPerson,
    },
    options: { seed, pairs, margin, perPerson: request.perPerson, ...(mix === undefined ? {} : { mix }) },
    redactor: permits.redactor,
    policy: {
      permissions: permits.gate.permissions,
      notices: permits.gate.notices,
      refused: admission.refusals,
    },
    consentEpoch,
    parents: request.parent === undefined ? [] : [request.parent.id],
    newest: placed.reduce((newest, { nth }) => Math.max(newest, atPlace(held, nth).at), 0),
    stats: {
      seen: bySource((source) => tally.seen(source)),
      rows: stats.flatMap(({ rows }) => rows),
      characters: stats.map(({ kind, longest, mean }) => ({ kind, longest, mean })),
      ...(kto === undefined || kto.files.length === 0 ? {} : { kto: weightsOf(kto) }),
    },
    dropped: [...tally.drops],
    droppedByKind,
  }
  const problems = await inspect(directory, manifest, request.heldOut)
  if (problems.length > 0) throw leaks(problems)
  await writeFile(join(directory, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}

/** Everything that may leave the store, on disk and in the order in which it is placed. */
async function collect(
  spool: Spool,
  { parent }: BuildRequest,
  finders: readonly Finder[],
  admission: Admission,
  tally: Tally,
): Promise<readonly Held[]> {
  const held: Held[] = []
  for (const finder of finders)
    for await (const { source, examples } of finder((person) => admission.consents(person))) {
      tally.saw(source)
      const admitted = await admitAll(examples, admission)
      if (typeof admitted === 'string') tally.drop(source, admitted)
      else
        for (const example of admitted) {
          const { people, thread, prompt } = example
          const pinned =
            parent !== undefined &&
            (parent.pins.has(`thread/${thread}`) || parent.pins.has(`prompt/${promptHash(prompt)}`))
          held.push({ ...spool.add(example), source, people, pinned })
        }
    }
  // What has its split already comes first: what is new has to fit in beside it.
  return held.toSorted((a, b) => Number(b.pinned) - Number(a.pinned) || inOrder(a, b))
}

/** A record is in or out as a whole. */
async function admitAll(
  examples: Found['examples'],
  admission: Admission,
): Promise<readonly Example[] | Drop> {
  if (typeof examples === 'string') return examples
  const admitted: Example[] = []
  for (const example of examples) {
    const one = await admission.admit(example)
    if (typeof one === 'string') return one
    admitted.push(one)
  }
  return admitted
}

function arrange(
  held: readonly Held[],
  { salt, parent }: BuildRequest,
  read: (nth: number) => Example,
  tally: Tally,
): readonly Taken[] {
  const arrangement = new Arrangement(salt, parent?.pins ?? new Map(), read)
  return held.flatMap(({ source, record, is, people }, nth) => {
    const placed = arrangement.place(nth, read(nth))
    if (typeof placed !== 'string') return [{ nth, record: `${record}/${is}`, source, people, ...placed }]
    // What a record gives stands side by side: it is left out once, for people.
    if (held[nth - 1]?.record !== record) tally.drop(source, placed)
    return []
  })
}

/** A prompt is asked once, whatever was answered. */
const firstOfEachPrompt = (choices: readonly Taken[]): readonly Taken[] => [
  ...new Map(choices.toReversed().map((choice) => [choice.prompt, choice])).values(),
]

/** Without this a share of which there is nothing would silently take everything else with it. */
function refuseEmptyShare(placed: readonly Taken[], kinds: readonly Kind[], mix: Mix | undefined): void {
  if (mix === undefined || placed.length === 0 || !kinds.some((kind) => MIXED.includes(kind))) return
  const empty = SHARES.find(
    (share) => mix[share] > 0 && !placed.some((each) => each.split === 'train' && shareOf(each) === share),
  )
  if (empty === undefined) return
  const fix =
    empty === 'instruct'
      ? 'Import some: parley learn dataset import <file> --licence <name>, or leave --mix out.'
      : 'Write some in the trainer console, or leave --mix out.'
  throw new DatasetError(`--mix asks for ${mix[empty]} of ${empty}, and there is none to train on. ${fix}`)
}

/** Each side counts the same: TRL advises a ratio of 1:1 to 4:3 between the weighted sums. */
function weightsOf({ good, bad }: KindStats) {
  const [more, fewer] = [Math.max(good, bad), Math.min(good, bad)]
  const weight = fewer === 0 ? 1 : Number((more / fewer).toFixed(4))
  return {
    ...{ good, bad },
    desirable_weight: good < bad ? weight : 1,
    undesirable_weight: bad < good ? weight : 1,
  }
}

/** The guard found what splitting did not prevent. Both rows are named. */
const leaks = (problems: readonly string[]): DatasetError =>
  new DatasetError(
    ['The dataset would not be sound, so nothing was written:', ...problems.map((each) => `- ${each}.`)].join(
      '\n',
    ),
  )

function atPlace(held: readonly Held[], nth: number): Held {
  const found = held[nth]
  if (found === undefined) throw new Error(`there is no example ${nth}`)
  return found
}

const bySplit = <T>(of: (split: Split) => T): Record<Split, T> => ({
  train: of('train'),
  validation: of('validation'),
  test: of('test'),
})

const bySource = <T>(of: (source: Source) => T): Record<Source, T> => ({
  dialogues: of('dialogues'),
  corrections: of('corrections'),
  rankings: of('rankings'),
  votes: of('votes'),
  imports: of('imports'),
})
