/**
 * What a finished model says to a few prompts of its dataset: samples of jobs whose engine showed none on the way. Drawn
 * once the model is served somewhere.
 */
import { join } from 'node:path'
import type { Split, Turn } from '#core/learning/dataset/dataset.ts'
import { contentsOf, FORMATS } from '#core/learning/dataset/formats.ts'
import { readLines } from '#core/learning/dataset/lines.ts'
import { verify } from '#core/learning/dataset/verify.ts'
import type { JobSpec, Sample } from '#core/learning/engine.ts'
import { answerOf } from '#core/learning/evaluation/grader.ts'
import { ModelError } from '#core/model/error.ts'
import type { LanguageModel, Prompt } from '#core/model/model.ts'

/** Enough to see what became of a model, and to pay for. */
const PROMPTS = 4
/** Whoever looks at a job waits for them, in milliseconds. */
const PATIENCE_MS = 30_000
/** Not those of the test split: people see them. */
const FROM: readonly Split[] = ['validation', 'train']

/** @param step of the finished model. @throws DatasetError when the dataset is gone; ModelError when nobody answers. */
export async function drawnSamples(
  model: LanguageModel,
  { dataset }: JobSpec,
  step: number,
): Promise<readonly Sample[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const prompts = await promptsOf(dataset.folder)
  return await Promise.all(
    prompts.map(async (prompt) => ({
      step,
      prompt: prompt.turns.map(({ content }) => content).join('\n'),
      completion: (await answerOf(model, prompt, signal).catch(inTime)).text,
    })),
  )
}

async function promptsOf(folder: string): Promise<readonly Prompt[]> {
  const { files, kinds } = await verify(folder)
  const prompts: Prompt[] = []
  for (const split of FROM) {
    const file = files.find((each) => each.split === split && each.kind === kinds[0])
    if (file === undefined) continue
    for await (const { text } of readLines(join(folder, file.path))) {
      if (prompts.length === PROMPTS) return prompts
      prompts.push(promptOf(contentsOf(FORMATS[file.kind].parse(JSON.parse(text))).prompt))
    }
  }
  return prompts
}

const promptOf = (turns: readonly Turn[]): Prompt => ({
  system: turns.find(({ role }) => role === 'system')?.content ?? '',
  turns: turns.flatMap(({ role, content }) => (role === 'system' ? [] : [{ role, content }])),
})

/** Our own patience is the model's silence to whoever hears of it. */
function inTime(error: unknown): never {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    throw new ModelError('timeout', `it did not answer within ${PATIENCE_MS / 1_000} seconds`)
  throw error
}
