/**
 * Everything a job says of itself, in one directory, for whoever comes later: the spec it was begun with, its status,
 * figures, samples and log, its checkpoints and, when it is whole, what came of it.
 *
 * `runs/<job id>/{spec.json, status.json, metrics.jsonl, samples.jsonl, stdout.log, checkpoint/, artifact.json}`.
 * A file that is not a log is replaced in one step, so that nobody ever reads half of one, kill -9 included.
 */
import { createReadStream, renameSync, writeFileSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type * as z from 'zod'
import { reasonOf } from '#core/errors.ts'
import { lineOf } from '#core/learning/dataset/lines.ts'
import {
  artifactSchema,
  type JobSpec,
  type JobStatus,
  jobSpecSchema,
  jobStatusSchema,
  LearningError,
  type Metric,
  type ModelArtifact,
  metricSchema,
  type Sample,
  sampleSchema,
} from '#core/learning/engine.ts'
import { isMissing, jsonOf, replaceFile, textIn } from '#core/learning/files.ts'

export class RunDirectory {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  /** @param runs the directory of all runs. @throws LearningError when there is a job of this id already. */
  static async create(runs: string, spec: JobSpec): Promise<RunDirectory> {
    const run = new RunDirectory(join(runs, spec.id))
    await mkdir(runs, { recursive: true })
    await mkdir(run.path).catch((error: unknown) => {
      throw new LearningError(
        `${run.path} cannot be made: ${reasonOf(error)}. Give another place with --runs.`,
      )
    })
    await run.#replace('spec.json', jobSpecSchema.parse(spec))
    return run
  }

  get logPath(): string {
    return join(this.path, 'stdout.log')
  }

  get metricsPath(): string {
    return join(this.path, 'metrics.jsonl')
  }

  get samplesPath(): string {
    return join(this.path, 'samples.jsonl')
  }

  get checkpointPath(): string {
    return join(this.path, 'checkpoint')
  }

  /** Where an engine puts the files of the finished model. */
  get modelPath(): string {
    return join(this.path, 'model')
  }

  /** @throws LearningError when there is no such job. */
  async spec(): Promise<JobSpec> {
    const spec = await this.#read('spec.json', jobSpecSchema)
    if (spec !== undefined) return spec
    throw new LearningError(
      `${this.path} is no job's directory. "parley learn job ls" shows those there are.`,
    )
  }

  /** Undefined before anything was said. */
  status(): Promise<JobStatus | undefined> {
    return this.#read('status.json', jobStatusSchema)
  }

  setStatus(status: JobStatus): Promise<void> {
    return this.#replace('status.json', jobStatusSchema.parse(status))
  }

  /** For a process that is ending and can wait for nothing. */
  setStatusAtExit(status: JobStatus): void {
    const path = join(this.path, 'status.json')
    const half = `${path}.${process.pid}.exit.half`
    writeFileSync(half, textOf(jobStatusSchema.parse(status)))
    renameSync(half, path)
  }

  /** Undefined until it is whole. */
  artifact(): Promise<ModelArtifact | undefined> {
    return this.#read('artifact.json', artifactSchema)
  }

  /** The last thing an engine does. */
  setArtifact(artifact: ModelArtifact): Promise<void> {
    return this.#replace('artifact.json', artifactSchema.parse(artifact))
  }

  async addMetric(metric: Metric): Promise<void> {
    await appendFile(this.metricsPath, `${lineOf(metricSchema.parse(metric))}\n`)
  }

  async addSample(sample: Sample): Promise<void> {
    await appendFile(this.samplesPath, `${lineOf(sampleSchema.parse(sample))}\n`)
  }

  async addLog(line: string): Promise<void> {
    await appendFile(this.logPath, `${line}\n`)
  }

  metrics(): AsyncGenerator<Metric> {
    return this.#lines('metrics.jsonl', metricSchema)
  }

  samples(): AsyncGenerator<Sample> {
    return this.#lines('samples.jsonl', sampleSchema)
  }

  /** The last line may be half written: whoever wrote it was killed, or is about to go on. */
  async *#lines<T>(name: string, schema: z.ZodType<T>): AsyncGenerator<T> {
    const input = createReadStream(join(this.path, name), 'utf8')
    try {
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        const read = schema.safeParse(jsonOf(line))
        if (read.success) yield read.data
      }
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }

  async #read<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const path = join(this.path, name)
    const text = await textIn(path)
    if (text === undefined) return undefined
    const read = schema.safeParse(jsonOf(text))
    if (read.success) return read.data
    const [issue] = read.error.issues
    const why = jsonOf(text) === undefined ? 'it breaks off' : `${issue?.path.join('.')} ${issue?.message}`
    throw new LearningError(
      `${path} is not what Parley wrote: ${why}. Put it back, or move ${this.path} away and begin the job anew.`,
    )
  }

  async #replace(name: string, value: unknown): Promise<void> {
    await replaceFile(join(this.path, name), textOf(value))
  }
}

const textOf = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`
