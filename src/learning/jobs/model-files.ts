/**
 * The files of a trained model: whole or not, and their checksum. A model is made beside its place and moved there in
 * one step when it is whole, so that whatever stands in a run's `model/` can be read.
 */
import { createHash } from 'node:crypto'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { reasonOf } from '#core/errors.ts'
import { sha256OfFile } from '#core/learning/dataset/lines.ts'
import { LearningError } from '#core/learning/engine.ts'
import { isMissing } from '#core/learning/files.ts'

/** No header of a model we may meet is near this; a number beyond it is no length but something else's bytes. */
const MOST_HEADER_BYTES = 100_000_000
const LENGTH_BYTES = 8

/** @throws LearningError when there is no model in the folder, or a file of it breaks off. */
export async function checkModel(folder: string): Promise<void> {
  const files = await filesOf(folder)
  const sizes = await Promise.all(files.map(async (path) => (await stat(join(folder, path))).size))
  if (sizes.every((size) => size === 0)) throw new LearningError('no model was written')
  const empty = files.find((path, nth) => path.endsWith('.safetensors') && sizes[nth] === 0)
  if (empty !== undefined) throw new LearningError(`${empty} of the model is empty`)
  for (const path of files.filter((each) => each.endsWith('.safetensors')))
    await checkSafetensors(join(folder, path), path)
}

/** Over names and contents of all files. @throws LearningError when there are none. */
export async function sha256OfModel(path: string): Promise<string> {
  if ((await stat(path).catch(() => undefined))?.isFile() === true) return await sha256OfFile(path)
  const files = await filesOf(path)
  if (files.length === 0) throw new LearningError(`${path} holds no model`)
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${await sha256OfFile(join(path, file))}  ${file}\n`)
  return hash.digest('hex')
}

/** Moves a checked model to its place; what stood there is gone. */
export async function settleModel(half: string, place: string): Promise<void> {
  await checkModel(half)
  await rm(place, { recursive: true, force: true })
  await rename(half, place)
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted()
}

/** Length of the header, header, numbers: https://huggingface.co/docs/safetensors */
async function checkSafetensors(path: string, name: string): Promise<void> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const length = Buffer.alloc(LENGTH_BYTES)
    await file.read(length, 0, LENGTH_BYTES, 0)
    const headerBytes = Number(length.readBigUInt64LE())
    if (headerBytes > Math.min(MOST_HEADER_BYTES, size - LENGTH_BYTES)) throw brokenOff(name)
    const header = Buffer.alloc(headerBytes)
    await file.read(header, 0, headerBytes, LENGTH_BYTES)
    if (LENGTH_BYTES + headerBytes + lastByte(header.toString('utf8'), name) !== size) throw brokenOff(name)
  } finally {
    await file.close()
  }
}

function lastByte(header: string, name: string): number {
  try {
    const tensors: unknown = JSON.parse(header)
    const ends = Object.values(Object(tensors)).map((tensor) => Number(Object(tensor).data_offsets?.[1] ?? 0))
    return Math.max(0, ...ends)
  } catch (error) {
    throw new LearningError(`the header of ${name} cannot be read: ${reasonOf(error)}`)
  }
}

const brokenOff = (name: string) => new LearningError(`${name} of the model breaks off`)
