import { appendFileSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { promptHash } from '#core/learning/dataset/example.ts'
import { sha256 } from '#core/learning/dataset/lines.ts'
import type { Manifest } from '#core/learning/dataset/manifest.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import { build, dialogues, folder, imported, lines, words } from './given.ts'

/** A dataset whose lines can be changed, with everything that says what they were. */
async function tampered() {
  const { out } = await build([...dialogues(80), imported(1)])
  const at = (path: string) => join(out, path)
  const manifest = (): Manifest => JSON.parse(readFileSync(at('manifest.json'), 'utf8'))
  const change = (path: string, nth: number, of: (row: Record<string, unknown>) => unknown) => {
    const rows = readFileSync(at(path), 'utf8').trimEnd().split('\n')
    rows[nth - 1] = JSON.stringify(of(JSON.parse(rows[nth - 1] ?? '')))
    writeFileSync(at(path), `${rows.join('\n')}\n`)
  }
  /** Whoever changes rows knowing how gives them new checksums too. */
  const seal = () => {
    const files = manifest().files.map((file) => ({
      ...file,
      sha256: sha256(readFileSync(at(file.path), 'utf8')),
      lineage: { ...file.lineage, sha256: sha256(readFileSync(at(file.lineage.path), 'utf8')) },
    }))
    writeFileSync(at('manifest.json'), JSON.stringify({ ...manifest(), files }))
  }
  const problems = async (): Promise<readonly string[]> => {
    const error = await verify(out).catch((thrown: unknown) => thrown)
    if (!(error instanceof Error)) return []
    const [, ...lines] = error.message.split('\n')
    expect(lines.pop()).toBe('Build the dataset again, or fetch it anew.')
    return lines.map((line) => line.slice(2))
  }
  return { out, at, manifest, change, seal, problems }
}

test('a dataset as it was built is sound', async () => {
  const { problems } = await tampered()
  expect(await problems()).toEqual([])
})

test('a changed row is named, and so is its file', async () => {
  const { change, problems } = await tampered()
  change('sft/train.jsonl', 17, () => ({
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  }))
  expect(await problems()).toEqual([
    expect.stringMatching(
      /^sft\/train\.jsonl was changed: its checksum is [0-9a-f]{64}, manifest\.json says [0-9a-f]{64}\.$/,
    ),
    'sft/train.jsonl line 17 is not the row that was written there.',
  ])
})

test('a row that its reader would refuse is named with what is wrong, though its checksum is right', async () => {
  const { change, seal, problems } = await tampered()
  change('sft/train.jsonl', 3, () => ({ messages: [{ role: 'user', content: 'a' }] }))
  change('sft/train.jsonl', 9, () => ({
    messages: [
      { role: 'user', content: '' },
      { role: 'assistant', content: 'b' },
    ],
  }))
  seal()
  expect(await problems()).toEqual([
    'sft/train.jsonl line 3 is not as its reader wants it: messages must end with a message of the assistant.',
    'sft/train.jsonl line 9 is not as its reader wants it: messages.0.content must not be empty.',
  ])
})

test('a file that breaks off is said to, with the line and the missing rows', async () => {
  const { at, problems, manifest } = await tampered()
  const rows = manifest().files.find(({ path }) => path === 'sft/train.jsonl')?.rows ?? 0
  truncateSync(at('sft/train.jsonl'), 700)
  const found = await problems()
  const broken = readFileSync(at('sft/train.jsonl'), 'utf8').split('\n').length
  expect(found).toEqual([
    expect.stringMatching(/^sft\/train\.jsonl was changed/),
    expect.stringMatching(new RegExp(`^sft/train\\.jsonl line ${broken} is not JSON, or breaks off`)),
    'lineage/sft/train.jsonl has more lines than sft/train.jsonl.',
    `sft/train.jsonl has ${broken} rows; manifest.json says ${rows}.`,
  ])
})

test('missing, additional and emptied files are named', async () => {
  const { at, problems } = await tampered()
  rmSync(at('sft/train.jsonl'))
  writeFileSync(at('sft/more.jsonl'), '{}\n')
  expect(await problems()).toEqual(['sft/more.jsonl is not in manifest.json.', 'sft/train.jsonl is missing.'])
})

test('an added row and a row without lineage are named', async () => {
  const { at, problems, manifest } = await tampered()
  const rows = manifest().files.find(({ path }) => path === 'sft/train.jsonl')?.rows ?? 0
  const added = {
    messages: [
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ],
  }
  appendFileSync(at('sft/train.jsonl'), `${JSON.stringify(added)}\n`)
  expect(await problems()).toEqual([
    expect.stringMatching(/^sft\/train\.jsonl was changed/),
    `lineage/sft/train.jsonl line ${rows + 1} is missing.`,
    `sft/train.jsonl has ${rows + 1} rows; manifest.json says ${rows}.`,
  ])
})

test('L1: a near-duplicate planted across the split is found with everything else in order, and both rows named', async () => {
  const { at, manifest, seal, problems } = await tampered()
  const test = manifest().files.find(({ split }) => split !== 'train')
  if (test === undefined) throw new Error('the example has no second split')
  const prompt = [{ role: 'user' as const, content: `${words(7, 30)} please` }]
  const nearly = [{ role: 'user' as const, content: `${words(7, 30)}, pleasE!` }]
  const plant = (path: string, lineage: string, asked: typeof prompt, thread: string) => {
    const row = { messages: [...asked, { role: 'assistant', content: `${thread} so` }] }
    const rows = readFileSync(at(path), 'utf8').trimEnd().split('\n')
    const origins = lines(at('.'), lineage) as Record<string, unknown>[]
    writeFileSync(at(path), [JSON.stringify(row), ...rows.slice(1), ''].join('\n'))
    const origin = { ...origins[0], sha256: sha256(JSON.stringify(row)), thread, prompt: promptHash(asked) }
    writeFileSync(
      at(lineage),
      [origin, ...origins.slice(1)].map((line) => `${JSON.stringify(line)}\n`).join(''),
    )
  }
  plant('sft/train.jsonl', 'lineage/sft/train.jsonl', prompt, 't_1')
  plant(test.path, test.lineage.path, nearly, 't_2')
  seal()
  const [problem, ...others] = await problems()
  expect(problem).toMatch(
    new RegExp(
      `^sft/train\\.jsonl line 1 and ${test.path} line 1 say nearly the same \\(likeness 0\\.[89]\\d\\)\\.$`,
    ),
  )
  expect(others).toEqual([])
})

test('L1: a conversation in two splits is found by its lineage', async () => {
  const { change, seal, problems, manifest } = await tampered()
  const test = manifest().files.find(({ split }) => split !== 'train')
  change('lineage/sft/train.jsonl', 2, (line) => ({ ...line, thread: 't_same' }))
  change(test?.lineage.path ?? '', 1, (line) => ({ ...line, thread: 't_same' }))
  seal()
  expect(await problems()).toEqual([
    `sft/train.jsonl line 2 and ${test?.path} line 1 have the same conversation.`,
  ])
})

test('lineage that belongs to another row is found', async () => {
  const { change, seal, problems } = await tampered()
  change('lineage/sft/train.jsonl', 2, (line) => ({ ...line, prompt: 'another' }))
  seal()
  expect(await problems()).toEqual(['sft/train.jsonl line 2 has another prompt than its lineage says.'])
})

test('of a directory that is wrong all over, only the beginning is listed', async () => {
  const { at, problems } = await tampered()
  writeFileSync(at('sft/train.jsonl'), 'nothing\n'.repeat(500))
  const found = await problems()
  expect(found).toHaveLength(21)
  expect(found.at(-1)).toContain('the check stopped here')
})

test.each([
  ['nothing', () => join(folder(), 'none'), 'is not a dataset: it has no manifest.json'],
  ['an empty directory', () => folder(), 'is not a dataset: it has no manifest.json'],
  ['a manifest that breaks off', () => withManifest('{"format":'), 'manifest.json is not JSON'],
  ['another manifest', () => withManifest('{"name":"an app"}'), "manifest.json is not a dataset's: format"],
])('%s is no dataset', async (_, given, says) => {
  await expect(verify(given())).rejects.toThrow(says)
})

test('a manifest that names files outside its directory is refused', async () => {
  const { out, at, manifest } = await tampered()
  for (const path of ['../secret.jsonl', '/etc/passwd', 'sft/../../a.jsonl', '.hidden/a.jsonl']) {
    const files = manifest().files.map((file) => ({ ...file, path }))
    mkdirSync(at('kept'), { recursive: true })
    const before = readFileSync(at('manifest.json'), 'utf8')
    writeFileSync(at('manifest.json'), JSON.stringify({ ...manifest(), files }))
    await expect(verify(out), path).rejects.toThrow('must be a file inside the directory')
    writeFileSync(at('manifest.json'), before)
  }
})

function withManifest(text: string): string {
  const path = folder()
  writeFileSync(join(path, 'manifest.json'), text)
  return path
}
