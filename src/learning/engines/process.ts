/**
 * The trainer's own process, begun by a job's process (`jobs/worker.ts`) and outliving it: a job that lost its process
 * to kill -9 is resumed by watching on, or by reading how its trainer ended meanwhile.
 *
 * A small shell stands over the trainer. It waits for the word to begin, which is given once its identity is written
 * down, so that nothing ever trains of which no file knows; and it writes the exit code to a file at the end.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { reasonOf } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { replaceFile, textIn } from '#core/learning/files.ts'
import {
  externalOf,
  identityOf,
  isAlive,
  type ProcessIdentity,
  processOf,
  tell,
} from '#core/learning/jobs/process.ts'

export type TrainerState =
  | { readonly is: 'none' }
  | { readonly is: 'running'; readonly identity: ProcessIdentity }
  /** As a shell tells it: 126 and 127 could not be started, above 128 a signal ended it. */
  | { readonly is: 'ended'; readonly code: number }
  /** Killed without a word, or its machine was. */
  | { readonly is: 'gone' }

/** What it prints, as it prints it. */
export const TRAINER_LOG = 'trainer.log'
const IDENTITY = 'trainer.process'
const EXIT = 'trainer.exit'

/**
 * A signal for the whole group is for the trainer: the shell stays to write how it ended. What waits for the word to
 * begin becomes the trainer, and says so from where a signal ends it: one that came to the shell alone would be lost.
 * Where nobody is left to give the word, or to know of the shell, it goes without one.
 */
const OVERSEER = `trap : TERM INT HUP
(
  echo ready >&3
  exec 3>&-
  read -r go || { kill -KILL $$; exit 1; }
  exec "$@" </dev/null
)
code=$?
[ -e ${IDENTITY} ] && echo $code > ${EXIT}.half && mv ${EXIT}.half ${EXIT}
`

/** Resolves when it is under way. @param folder the run directory @throws LearningError when it cannot be */
export async function begin(
  folder: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  if (process.platform === 'win32') {
    throw new LearningError('Trainers are started by a POSIX shell. Run Parley inside WSL for this engine.')
  }
  await forget(folder)
  // It prints what it was given, the reward service's token included.
  const log = await open(join(folder, TRAINER_LOG), 'a', 0o600)
  try {
    const child = spawn('/bin/sh', ['-c', OVERSEER, 'parley', ...words], {
      ...{ cwd: folder, env: { ...env }, detached: true, stdio: ['pipe', log.fd, log.fd, 'pipe'] },
    })
    await once(child, 'spawn').catch((error: unknown) => {
      throw new LearningError(`/bin/sh cannot be started: ${reasonOf(error)}.`)
    })
    // It may be ended as soon as somebody knows of it; whoever looks is told how.
    child.stdin?.on('error', () => {})
    const isReady = await saysAnything(child.stdio[3])
    const identity = child.pid === undefined || !isReady ? undefined : await identityOf(child.pid)
    if (identity === undefined) throw new LearningError('The trainer ended before it began.')
    const path = join(folder, IDENTITY)
    await replaceFile(path, externalOf(identity))
    child.stdin?.end('go\n')
    child.unref()
  } finally {
    await log.close()
  }
}

async function saysAnything(pipe: Readable | Writable | null | undefined): Promise<boolean> {
  if (!(pipe instanceof Readable)) return false
  for await (const _said of pipe) return true
  return false
}

export async function look(folder: string): Promise<TrainerState> {
  const ended = await codeIn(folder)
  if (ended !== undefined) return { is: 'ended', code: ended }
  const identity = processOf(await textIn(join(folder, IDENTITY)))
  if (identity === undefined) return { is: 'none' }
  if (await isAlive(identity)) return { is: 'running', identity }
  // It may have ended since the first look.
  const since = await codeIn(folder)
  return since === undefined ? { is: 'gone' } : { is: 'ended', code: since }
}

/** Ends it and all that it began: asked first, then not asked. Resolves when it is gone. */
export async function end(folder: string, graceMs: number): Promise<void> {
  const state = await look(folder)
  if (state.is !== 'running') return
  await tell(state.identity, 'SIGTERM')
  for (let waited = 0; waited < graceMs; waited += ROUND_MS) {
    if ((await look(folder)).is !== 'running') return
    await sleep(ROUND_MS)
  }
  await tell(state.identity, 'SIGKILL')
  while ((await look(folder)).is === 'running') await sleep(ROUND_MS)
}

/** Short beside what a trainer takes to end. */
const ROUND_MS = 25

/** What is known of a trainer that has ended and was dealt with. */
export async function forget(folder: string): Promise<void> {
  for (const name of [IDENTITY, EXIT]) await rm(join(folder, name), { force: true })
}

async function codeIn(folder: string): Promise<number | undefined> {
  const code = Number.parseInt((await textIn(join(folder, EXIT))) ?? '', 10)
  return Number.isNaN(code) ? undefined : code
}
