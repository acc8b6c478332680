import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { DatasetError } from '#core/learning/dataset/dataset.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import { build, dialogues, imported } from '#test/learning/dataset/given.ts'
import { edge } from '../edge.ts'
import { hostileText, mutated } from '../hostile.ts'

interface Tampered {
  readonly path: string
  readonly content: string
}

/** `parley learn dataset verify`: of a directory that somebody hands over, either it is sound or it is said why not. */
export const datasetEdge = edge<Tampered>('dataset', 2, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-fuzz-'))
  const { out } = await build([...dialogues(12), imported(1)], { out: join(folder, 'data') })
  const paths = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.jsonl?$/.test(path),
  )
  const original = new Map(paths.map((path) => [path, readFileSync(join(out, path), 'utf8')]))
  const linesOf = (path: string) => original.get(path)?.trimEnd().split('\n') ?? []
  const rows = paths.filter((path) => path.endsWith('.jsonl'))
  const manifest: unknown = JSON.parse(original.get('manifest.json') ?? 'null')
  const tamperedRow = fc.constantFrom(...rows).chain((path) => {
    const lines = linesOf(path)
    return fc
      .tuple(
        fc.nat(lines.length - 1),
        fc.oneof(
          mutated(lines.map((line) => JSON.parse(line))).map((row) => JSON.stringify(row) ?? ''),
          hostileText,
        ),
      )
      .filter(([nth, line]) => line !== lines[nth])
      .map(([nth, line]) => ({ path, content: `${lines.toSpliced(nth, 1, line).join('\n')}\n` }))
  })
  const take = async ({ path, content }: Tampered, isInvalid: boolean): Promise<void> => {
    writeFileSync(join(out, path), content)
    try {
      await verify(out)
      if (isInvalid) throw new Error('A changed row went unseen.')
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error
    } finally {
      writeFileSync(join(out, path), original.get(path) ?? '')
    }
  }
  return {
    invalid: tamperedRow,
    wild: fc.oneof(
      mutated([manifest]).map((value) => ({ path: 'manifest.json', content: JSON.stringify(value) ?? '' })),
      fc
        .tuple(fc.constantFrom(...paths), fc.string({ unit: 'binary', maxLength: 300 }))
        .map(([path, content]) => ({ path, content })),
    ),
    // Rows are those of the first half; the manifest may be changed in ways that mean nothing.
    take: (given) =>
      take(given, given.path !== 'manifest.json' && given.content !== original.get(given.path)),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  }
})
