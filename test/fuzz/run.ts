/**
 * `npm run fuzz [-- --long] [--json] [--seed n] [--cases n] [--edge name] [--at-most-s n]`: every inbound edge with
 * junk and tampered samples (rule S6). The same seed gives the same cases. Exits with 1 when a rule is broken.
 */
import { parseArgs } from 'node:util'
import { EDGES } from './edges.ts'
import { fuzz } from './fuzz.ts'

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    cases: { type: 'string' },
    edge: { type: 'string', multiple: true },
    'at-most-s': { type: 'string', default: '1200' },
  },
})

const seed = Number(values.seed)
const edges = EDGES.filter(({ name }) => values.edge === undefined || values.edge.includes(name))
if (edges.length === 0) throw new Error(`There are: ${EDGES.map(({ name }) => name).join(', ')}.`)
process.stderr.write(`fuzz: seed ${seed}\n`)
const results = await fuzz({
  ...{ seed, edges },
  cases: Number(values.cases ?? (values.long ? 110_000 : 4_000)),
  atMostMs: Number(values['at-most-s']) * 1_000,
  say: (line) => process.stderr.write(`fuzz: ${line}\n`),
})
const broken = results.filter(({ problem }) => problem !== undefined)
const report = {
  seed,
  cases: results.reduce((sum, { cases }) => sum + cases, 0),
  broken: broken.length,
  edges: Object.fromEntries(results.map(({ name, problem: _, ...figures }) => [name, figures])),
}
process.stdout.write(
  values.json ? `${JSON.stringify(report)}\n` : `${report.cases} cases, ${broken.length} edges broken.\n`,
)
// Simulated platforms may still hold a connection.
process.exit(broken.length > 0 ? 1 : 0)
