import { appendFile, open, readFile, rename, writeFile } from 'node:fs/promises'
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
  for await (const line of lines) if (line.step <= step) kept += `${JSON.stringify(line)}\n`
  const before = await readFile(path, 'utf8').catch(ifMissing(''))
  if (before === kept) return
  await writeFile(`${path}.half`, kept)
  await rename(`${path}.half`, path)
}

async function endLastLine(path: string): Promise<void> {
  const file = await open(path).catch(ifMissing(undefined))
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

const ifMissing =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead
    throw error
  }
