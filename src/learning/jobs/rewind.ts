import { appendFile, open } from 'node:fs/promises'
import { lineOf } from '#core/learning/dataset/lines.ts'
import { replaceFile, textIn, undefinedIfMissing } from '#core/learning/files.ts'
import type { RunDirectory } from './run-directory.ts'

/**
 * Makes a run's files fit to go on after `step`: what was told of later steps will be told again, and a last line that
 * breaks off would spoil the next one.
 */
export async function rewind(run: RunDirectory, step: number): Promise<void> {
  await keepUntil(run.metricsPath, run.metrics(), step)
  await keepUntil(run.samplesPath, run.samples(), step)
  await endLastLine(run.logPath)
}

async function keepUntil(
  path: string,
  lines: AsyncIterable<{ readonly step: number }>,
  step: number,
): Promise<void> {
  let kept = ''
  for await (const line of lines) if (line.step <= step) kept += `${lineOf(line)}\n`
  const before = (await textIn(path)) ?? ''
  if (before !== kept) await replaceFile(path, kept)
}

async function endLastLine(path: string): Promise<void> {
  const file = await open(path).catch(undefinedIfMissing)
  if (file === undefined) return
  try {
    const { size } = await file.stat()
    const last = Buffer.alloc(1)
    await file.read(last, 0, 1, Math.max(0, size - 1))
    if (size > 0 && last.toString() !== '\n') await appendFile(path, '\n')
  } finally {
    await file.close()
  }
}
