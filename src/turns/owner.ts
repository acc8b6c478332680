import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process that holds leases. Its name tells, on the same machine, whether it still lives. */
export interface Owner {
  readonly host: string
  readonly pid: number
  /** Tells this life of the process from an earlier one with the same number: in a container every one is 1. */
  readonly life: string
}

export const thisProcess: Owner = { host: hostname(), pid: process.pid, life: randomUUID() }

/**
 * The same, told apart from processes of other machines and containers, which may bear the same name and count their
 * processes alike: a replica must never be taken for dead because its number is not to be seen from here.
 */
export const thisProcessAmongReplicas: Owner = { ...thisProcess, host: placeOfProcess() }

function placeOfProcess(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return [hostname(), boot, readlinkSync('/proc/self/ns/pid')].join('/')
  } catch {
    // Not Linux: a place that no other process is in, so that leases end by time alone.
    return `${hostname()}/${thisProcess.life}`
  }
}

export const writeOwner = ({ host, pid, life }: Owner): string => [host, pid, life].join(' ')

/**
 * True when `written` certainly names a process that has ended: it was of this machine, and either its number is ours
 * and its life another, or nobody has its number. A number that somebody else has by now is not certain: its lease
 * runs out by itself.
 */
export function isDead(written: string, us: Owner, isAlive: (pid: number) => boolean = hasProcess): boolean {
  const [host, pid, life] = written.split(' ')
  if (host !== us.host || life === us.life) return false
  return Number(pid) === us.pid || !isAlive(Number(pid))
}

/** One that has ended and that its parent has not looked at yet keeps its number, but does nothing any more. */
function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Somebody else's process is alive as well.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  return !hasEnded(pid)
}

/** Its state follows its name, which may hold anything (proc(5), `/proc/pid/stat`). */
function hasEnded(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
  } catch {
    // Not Linux, or not ours to see: what has a number is alive.
    return false
  }
}
