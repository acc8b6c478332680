import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** `getconf CLK_TCK` is 100 on every Linux that Node runs on. */
const TICK_MS = 10

export interface Process {
  readonly firstLine: string
  residentMebibytes(): number
  /** Of all its threads, since it began. Counted in steps of 10 ms. */
  cpuMilliseconds(): number
  end(): Promise<void>
  /** Without a word. */
  kill(): void
}

/** Starts `node <command>` with only these settings, and waits for its first line. */
export async function launch(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Process> {
  const path = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    env: { ...path, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const orphaned = () => child.kill()
  process.once('exit', orphaned)
  const exited = once(child, 'exit').finally(() => process.off('exit', orphaned))
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([
    once(lines, 'line'),
    exited.then(([code]) => new Error(`ended with ${code}`)),
  ])
  if (first instanceof Error) throw first
  return {
    firstLine: `${first[0]}\n`,
    residentMebibytes: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_024
    },
    cpuMilliseconds: () => {
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
      // After the name, which may hold spaces: the 12th and 13th are the ticks in user and system mode.
      const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return (Number(user) + Number(system)) * TICK_MS
    },
    kill: () => child.kill('SIGKILL'),
    end: async () => {
      child.kill('SIGTERM')
      await exited
    },
  }
}
