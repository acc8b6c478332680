import * as z from 'zod'
import { permissionSchema } from '#core/safety/source-gate.ts'
import { KINDS, SPLITS } from './dataset.ts'
import { DROPS, type Drop } from './drops.ts'
import { made, SOURCES } from './example.ts'
import { PAIRINGS } from './pairs.ts'

export const MANIFEST = 'manifest.json'
const FORMAT = 'parley-dataset'

const count = z.int().nonnegative()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits')
const kind = z.enum(KINDS)
const split = z.enum(SPLITS)
const isDrop = (reason: string): reason is Drop => Object.hasOwn(DROPS, reason)

/** Stays within the directory: a manifest of somebody else's names no file of ours. */
const path = z
  .string()
  .regex(/^(?!.*(?:^|\/)\.)[\w-]+(\/[\w-]+)*\.jsonl$/, 'must be a file inside the directory')
const file = z.object({ path, sha256, rows: count }).readonly()

const fileEntry = z
  .object({
    ...{ kind, split, path, sha256, rows: count },
    /** A line for each row: where it comes from (rule F4). */
    lineage: file,
  })
  .readonly()
export type FileEntry = z.infer<typeof fileEntry>

/** `manifest.json`: what a dataset is, and what it was made of and with. */
export const manifestSchema = z
  .object({
    format: z.literal(FORMAT),
    schema: z.literal(1),
    /** Follows from the rows: the same rows are the same dataset. */
    id: z.string(),
    kinds: z.array(kind).min(1),
    files: z.array(fileEntry),
    split: z.object({
      salt: z.string(),
      /** Per hundred. */
      shares: z.record(split, count),
      /** Examples, whatever the kinds they have rows of. */
      counts: z.record(split, count),
      /** No person is in two splits. */
      byPerson: z.boolean(),
    }),
    options: z.object({
      seed: z.string(),
      pairs: z.enum(PAIRINGS),
      margin: z.boolean(),
      perPerson: count,
      mix: z.object({ dialogue: z.number(), instruct: z.number() }).optional(),
    }),
    /** Version of the de-identification (rule S4). */
    redactor: z.string(),
    /** What the source gate let through, by whose word, and what it did not (rule S1). */
    policy: z.object({
      permissions: z.array(permissionSchema).readonly(),
      /** The platforms' clauses, as they were shown. */
      notices: z.array(z.string()).readonly(),
      refused: z
        .array(
          z.object({ provenance: z.string(), why: z.string(), say: z.string(), count: z.int().positive() }),
        )
        .readonly(),
    }),
    /** Grows whenever anybody changes their mind about consent (rule S2). */
    consentEpoch: count,
    /** Ids of datasets whose splits were kept. */
    parents: z.array(z.string()),
    /** The time of the newest record in it, milliseconds since the epoch: what came later is not. */
    newest: z.number().optional(),
    stats: z.object({
      /** Records that were looked at. */
      seen: z.record(z.enum(SOURCES), count),
      /** Rows by source. */
      rows: z.array(z.object({ kind, split, source: z.enum(SOURCES), rows: count })),
      /** Characters of the longest and the mean row. */
      characters: z.array(z.object({ kind, longest: count, mean: count })),
      /** Good and bad answers of `kto`, and the weights that even them out. */
      kto: z
        .object({
          ...{ good: count, bad: count },
          desirable_weight: z.number(),
          undesirable_weight: z.number(),
        })
        .optional(),
    }),
    dropped: z.array(
      z.object({ source: z.enum(SOURCES), reason: z.string().refine(isDrop), count: z.int().positive() }),
    ),
    /** Left out of one kind only: the limit per person and the mix. */
    droppedByKind: z.array(z.object({ kind, reason: z.enum(['limit', 'mix']), count: z.int().positive() })),
  })
  .readonly()
export type Manifest = z.infer<typeof manifestSchema>

export const manifestHead = { format: FORMAT, schema: 1 } as const

/** A line of lineage: where the row of the same number comes from (rules F4, S2). */
export const lineageSchema = z
  .object({
    /** Of the row's line, without its end. */
    sha256,
    record: z.string(),
    source: z.enum(SOURCES),
    at: z.number(),
    provenance: z.string(),
    /** Pseudonyms: of the conversation, and of everybody in it. */
    thread: z.string(),
    people: z.array(z.string()).readonly(),
    /** Hash of the normalised prompt. */
    prompt: z.string(),
    /** How its answers were made, where a model made them. */
    made: z.array(made).readonly(),
  })
  .readonly()
export type Lineage = z.infer<typeof lineageSchema>
