/**
 * Arrays by name in one file that other tools read too: 8 bytes with the header's length, a header in JSON, numbers
 * (https://huggingface.co/docs/safetensors). Only 32-bit floats are written and read.
 */
import { randomUUID } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import * as z from 'zod'
import { reasonOf } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { jsonOf } from '#core/learning/files.ts'
import type { Block, Blocks } from './trainer.ts'

const LENGTH_BYTES = 8
const FLOAT_BYTES = 4

const whole = z.int().nonnegative()
const headerSchema = z.intersection(
  z.object({ __metadata__: z.record(z.string(), z.string()).optional() }),
  z.record(
    z.string(),
    z.union([
      z.object({ dtype: z.literal('F32'), shape: z.array(whole), data_offsets: z.tuple([whole, whole]) }),
      z.record(z.string(), z.string()),
    ]),
  ),
)

export interface Tensors {
  readonly blocks: Blocks
  readonly metadata: Readonly<Record<string, string>>
}

/** In one step: whoever reads sees the old file or the new one, kill -9 and power failure included. */
export async function writeTensors(path: string, { blocks, metadata }: Tensors): Promise<void> {
  const header: Record<string, unknown> = { __metadata__: metadata }
  let at = 0
  for (const [name, { shape, values }] of Object.entries(blocks)) {
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + values.byteLength] }
    at += values.byteLength
  }
  const text = Buffer.from(JSON.stringify(header))
  // Padded with spaces, so that the numbers begin at a multiple of 8.
  const head = Buffer.alloc(LENGTH_BYTES + Math.ceil(text.length / 8) * 8, ' ')
  head.writeBigUInt64LE(BigInt(head.length - LENGTH_BYTES))
  text.copy(head, LENGTH_BYTES)
  const half = `${path}.${randomUUID()}.half`
  const file = await open(half, 'w')
  try {
    await file.writeFile(head)
    for (const { values } of Object.values(blocks)) {
      await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(half, path)
}

/** @throws LearningError when the file is not there, or not whole. */
export async function readTensors(path: string): Promise<Tensors> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new LearningError(`${path} cannot be read: ${reasonOf(error)}. Give the folder of a trained model.`)
  })
  const broken = (what: string) =>
    new LearningError(`${path} is no whole safetensors file: ${what}. Train it again or copy it again.`)
  const length = bytes.length < LENGTH_BYTES ? Number.NaN : Number(bytes.readBigUInt64LE())
  const start = LENGTH_BYTES + length
  if (!(start <= bytes.length)) throw broken('it ends in its header')
  const header = headerSchema.safeParse(jsonOf(bytes.toString('utf8', LENGTH_BYTES, start)))
  if (!header.success) throw broken('its header is not understood')
  const blocks: Record<string, Block> = {}
  for (const [name, entry] of Object.entries(header.data)) {
    if (!isEntry(entry)) continue
    const [from, to] = entry.data_offsets
    const size = entry.shape.reduce((product, each) => product * each, 1)
    if (to - from !== size * FLOAT_BYTES || start + to > bytes.length) throw broken(`${name} is cut off`)
    // A copy begins at an address that a Float32Array can have.
    const values = new Float32Array(size)
    new Uint8Array(values.buffer).set(bytes.subarray(start + from, start + to))
    blocks[name] = { shape: entry.shape, values }
  }
  return { blocks, metadata: header.data.__metadata__ ?? {} }
}

interface Entry {
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

const isEntry = (entry: unknown): entry is Entry =>
  typeof entry === 'object' && entry !== null && 'data_offsets' in entry
