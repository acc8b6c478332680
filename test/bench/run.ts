/**
 * `npm run bench [-- <suite> …] [--json]`: ratios and growth, measured on this machine. Tests never assert on time;
 * this prints it. With `--json` one object a line: `{suite, metric, value, unit}`.
 */
import { parseArgs } from 'node:util'
import { printReport, type Report } from './figures.ts'

const SUITES: Readonly<Record<string, () => Promise<() => Promise<Report>>>> = {
  delivery: async () => (await import('./delivery/delivery.ts')).delivery,
  feedback: async () => async () => ({ figures: await (await import('./feedback/feedback.ts')).feedback() }),
  learning: async () => async () => ({ figures: await (await import('./learning/learning.ts')).learning() }),
  turns: async () => (await import('./turns/turns.ts')).turns,
  start: async () => async () => ({ figures: await (await import('./start/start.ts')).start() }),
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const unknown = positionals.find((name) => !(name in SUITES))
if (unknown === undefined) await measure(positionals.length > 0 ? positionals : Object.keys(SUITES))
else {
  process.stderr.write(`There is no suite "${unknown}". There are: ${Object.keys(SUITES).join(', ')}.\n`)
  process.exitCode = 2
}

async function measure(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const suite = await SUITES[name]?.()
    if (suite !== undefined) printReport(name, await suite(), values.json)
  }
}
