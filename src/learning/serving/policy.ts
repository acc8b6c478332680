import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Turn } from '#core/learning/dataset/dataset.ts'
import { LearningError } from '#core/learning/engine.ts'
import { type Answered, type Asked, answeredSchema } from './messages.ts'

export interface Draw {
  readonly seed: number
  /** 0 takes the likeliest token always. */
  readonly temperature: number
  readonly maxTokens: number
}

/** A policy in a process of its own, which is begun again when it dies. Questions are answered one after the other. */
export interface ServedPolicy {
  /** Of a prompt, the newest so many are looked at; an answer has at most so many. */
  readonly promptTokens: number
  readonly completionTokens: number
  /** Questions that are not answered yet. */
  readonly waiting: number
  /** Of its process, for whoever watches the machine. */
  readonly pid: number | undefined
  /** @throws PolicyError; the signal's reason when that is aborted. */
  answer(turns: readonly Turn[], draw: Draw, signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

/** The policy gave no answer. `lost`: its process died, and the same question may be asked again. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly kind: 'lost' | 'failed'

  constructor(kind: 'lost' | 'failed', message: string) {
    super(message)
    this.kind = kind
  }
}

interface Waiting {
  resolve(text: string): void
  reject(error: unknown): void
}

const ENTRY = fileURLToPath(new URL('./policy-process.ts', import.meta.url))

/** @param folder of a model of the engine `local`. @throws LearningError when it cannot be loaded. */
export async function openPolicy(folder: string): Promise<ServedPolicy> {
  const policy = new PolicyInProcess(folder)
  await policy.begin()
  return policy
}

class PolicyInProcess implements ServedPolicy {
  readonly #folder: string
  readonly #waiting = new Map<number, Waiting>()
  #child: ChildProcess | undefined
  #beginning: Promise<void> | undefined
  #ready = { promptTokens: 0, completionTokens: 0 }
  #asked = 0
  #isClosed = false

  constructor(folder: string) {
    this.#folder = folder
  }

  get promptTokens(): number {
    return this.#ready.promptTokens
  }

  get completionTokens(): number {
    return this.#ready.completionTokens
  }

  get waiting(): number {
    return this.#waiting.size
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Once for however many ask for it. */
  begin(): Promise<void> {
    this.#beginning ??= this.#begin().catch((error: unknown) => {
      this.#beginning = undefined
      throw error
    })
    return this.#beginning
  }

  async answer(turns: readonly Turn[], draw: Draw, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted()
    await this.begin()
    const id = ++this.#asked
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const abort = () => {
      this.#tell({ type: 'cancel', id })
      reject(signal.reason)
    }
    this.#waiting.set(id, { resolve, reject })
    signal.addEventListener('abort', abort)
    try {
      this.#tell({ type: 'ask', id, turns: [...turns], ...draw })
      return await promise
    } finally {
      this.#waiting.delete(id)
      signal.removeEventListener('abort', abort)
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGKILL') // it holds nothing but memory
    await gone
  }

  #begin(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new PolicyError('lost', 'the policy is served no longer'))
    const child = fork(ENTRY, [this.#folder], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.#child = child
    return new Promise((resolve, reject) => {
      child.on('message', (message) => {
        const answered = answeredSchema.parse(message)
        if (answered.type === 'ready') {
          this.#ready = answered
          resolve()
        } else if (answered.type === 'unusable') reject(new LearningError(answered.reason))
        else this.#hear(answered)
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        this.#beginning = undefined
        const lost = new PolicyError('lost', `the policy's process ended (${signal ?? `exit code ${code}`})`)
        reject(lost)
        for (const { reject: refuse } of this.#waiting.values()) refuse(lost)
      })
    })
  }

  #hear(answered: Extract<Answered, { id: number }>): void {
    const waiting = this.#waiting.get(answered.id)
    if (answered.type === 'answer') waiting?.resolve(answered.text)
    else waiting?.reject(new PolicyError('failed', answered.reason))
  }

  /** A process that is gone is told nothing; its end has said so to whoever waits. */
  #tell(asked: Asked): void {
    if (this.#child?.connected === true) this.#child.send(asked)
  }
}
