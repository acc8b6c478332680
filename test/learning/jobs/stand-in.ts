/** In the place of a trainer: does what the spec's settings say, and waits for nobody but the test. */
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Train, Work } from '#core/learning/jobs/work.ts'

export interface Script {
  readonly steps: number
  /** After this step it waits until the test lets it go on. */
  readonly holdAfter?: number
  /** The loss of this step is no number. */
  readonly nanAt?: number
  /** No model is written. */
  readonly noModel?: boolean
  /** The model breaks off. */
  readonly halfModel?: boolean
  /** A cancel is not heard. */
  readonly deaf?: boolean
  /** The process ends here, with this code, and says nothing. */
  readonly exit?: number
}

export const train: Train = async (work) => {
  const script = scriptOf(work.spec.settings)
  let sum = 0
  if (work.checkpoint !== undefined)
    sum = Number(await readFile(join(work.checkpoint.folder, 'sum.txt'), 'utf8'))
  for (let step = (work.checkpoint?.step ?? 0) + 1; step <= script.steps; step++) {
    sum += step
    await work.metric(step, { loss: step === script.nanAt ? Number.NaN : 1 / step, sum })
    await work.progress(step, script.steps, 'steps')
    await work.save(step, (folder) => writeFile(join(folder, 'sum.txt'), String(sum)))
    await work.log(`step ${step} is done`)
    if (step === script.holdAfter) await held(work, script.deaf === true)
    if (script.exit !== undefined) process.exit(script.exit)
  }
  await work.sample({ step: script.steps, prompt: 'hello', completion: 'world' })
  if (script.noModel !== true)
    await writeFile(join(work.modelFolder, 'model.safetensors'), model(sum, script.halfModel === true))
  return { kind: 'policy', metrics: { sum } }
}

const scriptOf = (settings: Readonly<Record<string, unknown>>): Script => ({ steps: 3, ...settings })

/** Until the test has put a file called `go` into the run's directory. */
export async function held({ modelFolder, signal }: Work, deaf: boolean): Promise<void> {
  const folder = dirname(modelFolder)
  const watcher = watch(folder)
  try {
    while (!existsSync(join(folder, 'go'))) {
      if (!deaf) signal.throwIfAborted()
      await once(watcher, 'change', deaf ? {} : { signal })
    }
  } finally {
    watcher.close()
  }
}

function model(sum: number, half: boolean): Buffer {
  const header = Buffer.from(JSON.stringify({ sum: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const number = Buffer.alloc(4)
  number.writeFloatLE(sum)
  return Buffer.concat([length, header, half ? number.subarray(0, 2) : number])
}
