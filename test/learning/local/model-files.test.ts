import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LearningError } from '#core/learning/engine.ts'
import { newBlocks } from '#core/learning/local/gpt.ts'
import { loadModel, readCheckpoint, saveCheckpoint, saveModel } from '#core/learning/local/model-files.ts'
import { readTensors, writeTensors } from '#core/learning/local/safetensors.ts'
import { BYTE_CONFIG, type Model } from '#core/learning/local/trainer.ts'
import { TINY } from './given.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-model-'))
})
afterAll(() => rm(folder, { recursive: true }))

const model: Model = {
  config: TINY,
  blocks: newBlocks(TINY, 1),
  demonstrations: { mean: -0.25, deviation: 1.5 },
}

test('a file is as the format says: a length, a header in JSON, numbers from a multiple of 8', async () => {
  const path = join(folder, 'two.safetensors')
  const blocks = {
    one: { shape: [2, 2], values: Float32Array.of(1, -2, 0.5, 3e9) },
    two: { shape: [], values: Float32Array.of(7) },
  }
  await writeTensors(path, { blocks, metadata: { by: 'test' } })
  const bytes = readFileSync(path)
  const length = Number(bytes.readBigUInt64LE())
  expect(length % 8).toBe(0)
  expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toEqual({
    __metadata__: { by: 'test' },
    one: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
    two: { dtype: 'F32', shape: [], data_offsets: [16, 20] },
  })
  expect(bytes.readFloatLE(8 + length + 4)).toBe(-2)
  expect(bytes.length).toBe(8 + length + 20)
  expect(await readTensors(path)).toEqual({ blocks, metadata: { by: 'test' } })
})

test('a model is the same when it is read again, and takes the place of another; nothing half is left', async () => {
  const path = join(folder, 'model')
  await saveModel(path, { config: BYTE_CONFIG, blocks: newBlocks(BYTE_CONFIG, 1) })
  expect((await loadModel(path)).config).toEqual(BYTE_CONFIG)
  await saveModel(path, model)
  expect(await loadModel(path)).toEqual(model)
  expect(readdirSync(folder).filter((name) => name.includes('half'))).toEqual([])
})

test('a checkpoint is the same when it is read again, and none is none', async () => {
  const path = join(folder, 'checkpoint.safetensors')
  expect(await readCheckpoint(path)).toBeUndefined()
  const checkpoint = { stage: 'ppo', step: 3, blocks: model.blocks } as const
  await saveCheckpoint(path, checkpoint)
  expect(await readCheckpoint(path)).toEqual(checkpoint)
})

test('a model that is cut off, of another configuration, or none at all is told, with what to do', async () => {
  const path = join(folder, 'broken')
  const numbers = join(path, 'model.safetensors')
  const why = async (): Promise<string> => {
    const error = await loadModel(path).catch((thrown: unknown) => thrown)
    return error instanceof LearningError ? error.message : `no LearningError: ${error}`
  }
  expect(await why()).toMatch(/config\.json cannot be read: .*Give the folder of a trained model/)
  await saveModel(path, model)
  const whole = readFileSync(numbers)
  truncateSync(numbers, whole.length - 4)
  expect(await why()).toMatch(/no whole safetensors file: .* is cut off/)
  truncateSync(numbers, 20)
  expect(await why()).toMatch(/ends in its header/)
  writeFileSync(numbers, 'short')
  expect(await why()).toMatch(/ends in its header/)
  writeFileSync(numbers, Buffer.concat([Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('no json!')]))
  expect(await why()).toMatch(/header is not understood/)
  writeFileSync(numbers, whole)
  const config = readFileSync(join(path, 'config.json'), 'utf8')
  writeFileSync(join(path, 'config.json'), config.replace('"width": 16', '"width": 32'))
  expect(await why()).toMatch(/not of this configuration: tokens is not 17 x 32/)
  writeFileSync(join(path, 'config.json'), config.replace('"layers": 2', '"layers": 0'))
  expect(await why()).toMatch(/not what Parley wrote: layers/)
})
