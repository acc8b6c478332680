import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { rewind } from '#core/learning/jobs/rewind.ts'
import { RunDirectory } from '#core/learning/jobs/run-directory.ts'

test('L2: a sample is read as it was written, with every sign that some readers take for the end of a line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const run = new RunDirectory(folder)
  const sample = (step: number) => ({ step, prompt: 'a\u2028b', completion: 'c\u2029d\r\n\u0085e' })
  await run.addSample(sample(1))
  await run.addSample(sample(2))
  expect(await Array.fromAsync(run.samples())).toEqual([sample(1), sample(2)])
  await rewind(run, 1)
  expect(await Array.fromAsync(run.samples())).toEqual([sample(1)])
})
