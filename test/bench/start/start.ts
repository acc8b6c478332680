/**
 * How long Parley takes to be ready, against a bare Bolt app on the same simulated Slack, and what it holds in memory
 * when nobody talks to it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startDiscordSimulator } from '#test/platforms/discord/simulator.ts'
import { startSlackSimulator } from '#test/platforms/slack/simulator.ts'
import { type Figure, median } from '../figures.ts'
import { launch, type Process } from './process.ts'

/** Enough for a median that does not hang on one busy moment. */
const RUNS = 9
/** After this a process that nobody talks to has finished what it does at its start. */
const IDLE_MS = 3_000
/** As `npm start` does. */
const PARLEY = ['--min-semi-space-size=8', '--max-semi-space-size=16', 'src/parley.js', 'start']
const BARE_BOLT = ['test/bench/start/bare-bolt.mjs']

export async function start(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
  const slack = await startSlackSimulator({ rateLimits: false })
  const discord = await startDiscordSimulator()
  const base = {
    PARLEY_PORT: '0',
    PARLEY_LOG_LEVEL: 'warn',
    PARLEY_STORE: `sqlite:${join(folder, 'parley.sqlite')}`,
    PARLEY_MODEL: 'rehearsal',
  }
  const slackOnly = {
    ...base,
    PARLEY_WEB: 'off',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
  }
  const all = {
    ...slackOnly,
    PARLEY_WEB: 'on',
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
  }
  try {
    return [
      {
        metric: 'cold_start_ratio',
        value: await coldStartRatio(slackOnly),
        unit: 'ratio',
        bar: 'at most 1.5',
      },
      { metric: 'rss_idle_slack_mb', value: await idleMemory(slackOnly), unit: 'MiB', bar: 'at most 115' },
      { metric: 'rss_idle_all_mb', value: await idleMemory(all), unit: 'MiB', bar: 'at most 150' },
    ]
  } finally {
    await slack.close()
    await discord.close()
    rmSync(folder, { recursive: true })
  }
}

/** Runs alternate, so that a slow minute of the machine falls on both; the first of each warms the disk and is left out. */
async function coldStartRatio(env: Readonly<Record<string, string>>): Promise<number> {
  const parley: number[] = []
  const bolt: number[] = []
  for (let run = 0; run <= RUNS; run += 1) {
    const times = [await timeToReady(PARLEY, env, ready), await timeToReady(BARE_BOLT, env, async () => {})]
    if (run === 0) continue
    parley.push(times[0] ?? Number.NaN)
    bolt.push(times[1] ?? Number.NaN)
  }
  return median(parley) / median(bolt)
}

async function timeToReady(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  whenReady: (child: Process) => Promise<void>,
): Promise<number> {
  const began = performance.now()
  const child = await launch(command, env)
  await whenReady(child)
  const took = performance.now() - began
  await child.end()
  return took
}

async function idleMemory(env: Readonly<Record<string, string>>): Promise<number> {
  const child = await launch(PARLEY, env)
  await ready(child)
  await pause(IDLE_MS)
  const mebibytes = child.residentMebibytes()
  await child.end()
  return mebibytes
}

/** Ready is when the operator's probe says so: the store answers and every platform has logged in. */
async function ready({ firstLine }: Process): Promise<void> {
  const url = /http:\/\/\S+?(?=\.?\s)/.exec(firstLine)?.[0]
  for (;;) {
    const response = await fetch(`${url}/readyz`)
    const state = await response.text()
    if (response.ok) {
      if (state.includes('failed')) throw new Error(`a platform did not come up: ${state}`)
      return
    }
    await pause(2)
  }
}
