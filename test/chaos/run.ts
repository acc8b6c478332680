/**
 * `npm run chaos [-- --long] [--json] [--seed s] [--store sqlite|postgres]`: kills and faults without end, and what
 * people see afterwards. Exits with 1 when a question was lost or doubled, replies stand out of order, or one is torn.
 */
import { parseArgs } from 'node:util'
import { chaos } from './chaos.ts'
import { isFlawless } from './checker.ts'
import type { ChaosSettings } from './plan.ts'
import { withoutStore } from './store.ts'

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now()) },
    store: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
    platform: { type: 'string', multiple: true, default: ['slack', 'discord'] },
    threads: { type: 'string' },
    questions: { type: 'string', default: '10' },
    'at-once': { type: 'string', default: '100' },
    'kill-every-ms': { type: 'string', default: '4000' },
    'fault-every-ms': { type: 'string', default: '700' },
    'at-most-s': { type: 'string', default: '1500' },
  },
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

for (const store of values.store) {
  if (store !== 'sqlite' && store !== 'postgres') throw new Error(`There is no store "${store}".`)
  const missing = withoutStore(store)
  if (missing !== undefined) {
    process.stderr.write(`chaos: ${missing}\n`)
    continue
  }
  const settings: ChaosSettings = {
    seed: values.seed,
    store,
    replicas: store === 'postgres' ? 3 : 1,
    platforms: values.platform.filter((name) => name === 'slack' || name === 'discord'),
    threads: Number(values.threads ?? (values.long ? 1_000 : 40)),
    questionsPerThread: Number(values.questions),
    atOnce: Number(values['at-once']),
    killEveryMs: Number(values['kill-every-ms']),
    faultEveryMs: Number(values['fault-every-ms']),
    atMostMs: Number(values['at-most-s']) * 1_000,
  }
  process.stderr.write(`chaos: ${JSON.stringify(settings)}\n`)
  const result = await chaos(settings, (line) => process.stderr.write(`chaos: ${line}\n`))
  const { complaints, folder, faults, ...figures } = result
  for (const complaint of complaints.slice(0, 20)) process.stderr.write(`${complaint}\n`)
  if (!isFlawless(result) || result.crashes > 0) {
    process.exitCode = 1
    process.stderr.write(`The logs and the store are in ${folder}\n`)
  }
  process.stderr.write(`${JSON.stringify(faults)}\n`)
  const { questions, lost, doubled, reordered, torn, kills } = result
  const counts = {
    store,
    questions,
    lost: lost.length,
    doubled: doubled.length,
    reordered: reordered.length,
    kills,
  }
  const { crashes, repeated, recoveries, longestRecoveryMs, seconds } = figures
  const more = { torn: torn.length, crashes, repeated, recoveries, longestRecoveryMs, seconds }
  if (values.json) process.stdout.write(`${JSON.stringify({ ...counts, ...more })}\n`)
  else
    process.stdout.write(
      `${Object.entries({ ...counts, ...more })
        .map(([name, value]) => `${name} ${value}`)
        .join('  ')}\n`,
    )
}
// Whatever still holds this process, such as an answer that nobody waits for, has no say any more.
process.exit()
