import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { main } from '#core/cli.ts'
import { tastefulDataset } from './tasteful.ts'

let folder = ''
let out = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-rm-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  out = ''
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      out += String(text)
      return true
    })
  return () => vi.restoreAllMocks()
})

const rm = (...args: readonly string[]) => main(['learn', 'rm', ...args], {})
const runs = () => join(folder, 'runs')
const lines = () =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

test('L3, L5: from a dataset directory to a model that judges, by the command line', async () => {
  const dataset = await tastefulDataset(240)
  const args = ['--dataset', dataset, '--embed', 'hashed-words', '--seed', '3', '--runs', runs(), '--json']
  expect(await rm('train', ...args)).toBe(0)
  const { artifact } = lines().at(-1)
  expect(artifact.metrics.accuracy).toBeGreaterThan(0.7)
})
