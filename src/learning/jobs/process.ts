/**
 * Which process works on a job, so that anybody can tell later whether it still does: a number is given to another
 * process some day, a number together with the moment it began never is.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

export interface ProcessIdentity {
  readonly pid: number
  /** When it began, in words of the system it runs on; compared, never read. */
  readonly started: string
}

const SCHEME = 'process'
const run = promisify(execFile)

/** As a job's status keeps it, for example `process:4711:12093@3f2c1a9b`. */
export const externalOf = ({ pid, started }: ProcessIdentity): string => `${SCHEME}:${pid}:${started}`

/** @returns undefined for what is no process: a remote job's id. */
export function processOf(external: string | undefined): ProcessIdentity | undefined {
  const [, pid, started] = /^process:(\d+):(.+)$/u.exec(external ?? '') ?? []
  return pid === undefined || started === undefined ? undefined : { pid: Number(pid), started }
}

/** @returns undefined when there is no such process, or it is dead and only waits to be counted. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const started = process.platform === 'linux' ? await startedOnLinux(pid) : await startedElsewhere(pid)
  return started === undefined ? undefined : { pid, started }
}

/** True only for that very process. */
export async function isAlive({ pid, started }: ProcessIdentity): Promise<boolean> {
  return (await identityOf(pid))?.started === started
}

/**
 * The signal for the process and all that it began itself: a job's process leads a group of its own.
 *
 * @returns false when there is nobody to tell.
 */
export async function tell(identity: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
  if (!(await isAlive(identity))) return false
  try {
    process.kill(process.platform === 'win32' ? identity.pid : -identity.pid, signal)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** Ticks since the machine began (proc_pid_stat(5), field 22), and which beginning that was. */
async function startedOnLinux(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ])
  const started = stat === undefined ? undefined : startedIn(stat)
  return started === undefined ? undefined : `${started}@${boot.slice(0, 8)}`
}

/** @param stat a line as of proc_pid_stat(5). @returns the ticks at which it began; undefined of what is wholly dead. */
export function startedIn(stat: string): string | undefined {
  // The second field is the program's name, in parentheses, and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, threads, started] = [3, 20, 22].map((field) => fields[field - 3])
  // A zombie: in a container nobody may ever wait for it. While a thread of it still ends, its files are open and its
  // locks are held: somebody who went on with its job then would be told that another process works on it.
  const isDead = state === 'X' || (state === 'Z' && Number(threads) <= 1)
  return isDead ? undefined : started
}

/** To the second on macOS, finer on Windows. */
async function startedElsewhere(pid: number): Promise<string | undefined> {
  const [program, args] =
    process.platform === 'win32'
      ? ['powershell', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`]]
      : ['ps', ['-o', 'lstart=', '-p', String(pid)]]
  const said = await run(program as string, args as string[]).catch(() => undefined)
  return said?.stdout.trim() === '' ? undefined : said?.stdout.trim()
}
