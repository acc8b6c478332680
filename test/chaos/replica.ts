/** Parley as a process of its own that can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { Strain } from './strain-message.ts'

const PARLEY = join(import.meta.dirname, '../../src/parley.js')
const STRAIN = join(import.meta.dirname, 'strain.ts')
/** A start takes about a second; on a machine that does five things at once, some. */
const START_WITHIN_MS = 60_000
const READY_POLL_MS = 20
/** A supervisor's pause before it starts a process again. */
const AGAIN_MS = 300

/** Whatever ends this process ends these too. Their channel to it does so as well, if it is killed itself. */
const living = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL')
})

export interface ReplicaOptions {
  readonly env: Readonly<Record<string, string>>
  /** Its working directory, and where its log goes. */
  readonly folder: string
  readonly name: string
}

export class Replica {
  readonly #options: ReplicaOptions
  #child: ChildProcess | undefined
  /** Where it listens; undefined while it does not. */
  url: string | undefined

  constructor(options: ReplicaOptions) {
    this.#options = options
  }

  /** How often it ended by itself while it served. */
  crashes = 0
  /** Somebody told it to end. */
  #told = false

  /** As a supervisor does: a start that fails is tried again, and so is a process that ends by itself. */
  async start(): Promise<void> {
    this.#told = false
    await this.#startAgain()
  }

  async #startAgain(): Promise<void> {
    const end = Date.now() + START_WITHIN_MS
    for (;;) {
      try {
        return await this.#startOnce()
      } catch (error) {
        if (this.#told || Date.now() > end) throw error
        await pause(AGAIN_MS)
      }
    }
  }

  async #startOnce(): Promise<void> {
    if (this.#told) throw new Error(`${this.#options.name} was told to end`)
    const { env, folder, name } = this.#options
    const args = ['--disable-warning=ExperimentalWarning', '--import', STRAIN, PARLEY, 'start']
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    living.add(child)
    const exited = once(child, 'exit').then(([code, signal]) => {
      living.delete(child)
      if (this.#child === child) this.url = undefined
      return new Error(`${name} ended with ${code ?? signal}; its log is in ${folder}`)
    })
    const log = createWriteStream(join(folder, `${name}.log`), { flags: 'a' })
    child.stderr?.pipe(log)
    const lines = createInterface({ input: child.stdout ?? process.stdin })
    const first = await Promise.race([once(lines, 'line'), exited])
    if (first instanceof Error) throw first
    const url = /http:\/\/\S+?(?=\.?\s)/.exec(String(first[0]))?.[0]
    if (url === undefined) throw new Error(`${name} did not say where it listens: ${first[0]}`)
    this.url = url
    await this.#ready(url, exited)
    void exited.then(() => this.#served())
  }

  #served(): void {
    if (this.#told) return
    this.crashes += 1
    this.#startAgain().catch((error: unknown) => process.emitWarning(String(error)))
  }

  async #ready(url: string, exited: Promise<Error>): Promise<void> {
    const gone = exited.then((error) => {
      throw error
    })
    gone.catch(() => {})
    for (const end = Date.now() + START_WITHIN_MS; Date.now() < end; ) {
      const answer = await Promise.race([fetch(`${url}/readyz`).catch(() => undefined), gone])
      if (answer?.ok) return
      await pause(READY_POLL_MS)
    }
    throw new Error(`${this.#options.name} is not ready after ${START_WITHIN_MS} ms`)
  }

  get alive(): boolean {
    return this.#child !== undefined && living.has(this.#child)
  }

  /** Tell the process to bear something. */
  bear(strain: Strain): void {
    if (this.#child?.connected) this.#child.send(strain, () => {})
  }

  /** kill -9, and wait until it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** As an operator stops it. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.#told = true
    const child = this.#child
    if (child === undefined || !living.has(child)) return
    const exited = once(child, 'exit')
    this.url = undefined
    child.kill(signal)
    await exited
  }
}
