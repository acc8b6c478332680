import { parseArgs } from 'node:util'
import type { Config } from '#config/config.ts'
import { loadConfig } from '#config/load.ts'
import { systemClock } from '#core/clock.ts'
import { ConfigError } from '#core/errors.ts'
import { type BuildRequest, buildDataset } from '#core/learning/dataset/build.ts'
import type { Mix } from '#core/learning/dataset/choose.ts'
import { KIND_LABELS, KINDS, type Kind } from '#core/learning/dataset/dataset.ts'
import { describe } from '#core/learning/dataset/describe.ts'
import { heldOutRows, importInstructions } from '#core/learning/dataset/instructions/import.ts'
import { PAIRINGS } from '#core/learning/dataset/pairs.ts'
import { readPins } from '#core/learning/dataset/pins.ts'
import { readManifest, verify } from '#core/learning/dataset/verify.ts'
import { Audit, type OperatorAction } from '#core/safety/audit.ts'
import { openStore, type Store } from '#core/store/store.ts'
import { createLog } from '#core/telemetry/log.ts'
import { openArchive } from './learn-archive.ts'

/** What most people train with; the others are asked for by name. */
const USUAL_KINDS: readonly Kind[] = ['sft', 'pref', 'rank', 'kto', 'prompts']
/** The same for everybody who names none: whoever builds again keeps their test set. */
const USUAL_SALT = 'parley'
/** Prompts of one person, as for InstructGPT: nobody's habits become the model's. */
const USUAL_PER_PERSON = 200

export const DATASET_USAGE = `  dataset build --out <directory>   what people gave, as rows to train on
    --kinds a,b            ${USUAL_KINDS.join(',')} when left out; or all
    --mix dialogue=.7,instruct=.3   how much of the training rows is imported
    --seed <text>          another one shuffles and chooses differently
    --salt <text>          another one splits differently: keep it, and test stays test
    --pairs disjoint|all   how many pairs a ranking gives
    --margin               pairs say how far apart their answers stand
    --per-person <n>       examples of a kind that one person may be in; ${USUAL_PER_PERSON} when left out
    --by-person            fail when a person is in two splits
    --parent <directory>   keep every split of an earlier dataset
    --hold-out <file>      fail when a row says nearly the same as one of these
  dataset verify <directory>        checksums, rows, counts, leaks
  dataset show <directory> [--json]
  dataset import <file> --licence <name>   instruction data, as dialogues to mix in

Kinds:
${KINDS.map((kind) => `  ${kind.padEnd(12)} ${KIND_LABELS[kind]}`).join('\n')}
`
const NOT_UNDERSTOOD = 2

const text = { type: 'string' } as const
const flag = { type: 'boolean', default: false } as const
const OPTIONS = {
  ...{ out: text, kinds: text, mix: text, seed: text, salt: text, pairs: text, parent: text, licence: text },
  ...{ 'hold-out': text, 'per-person': text },
  ...{ margin: flag, 'by-person': flag, json: flag },
} as const

const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
type Values = ReturnType<typeof parse>['values']

/** `parley learn dataset …`. @throws DatasetError, ConfigError */
export async function dataset(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parse(args)
  const [verb, argument, ...others] = positionals
  if (others.length === 0) {
    if (verb === 'build' && argument === undefined && values.out !== undefined)
      return build(values.out, values, env)
    if (verb === 'verify' && argument !== undefined) return check(argument)
    if (verb === 'show' && argument !== undefined) return show(argument, values.json)
    if (verb === 'import' && argument !== undefined) return take(argument, values.licence, env)
  }
  process.stderr.write(`Usage: parley learn <what>\n${DATASET_USAGE}`)
  return NOT_UNDERSTOOD
}

async function build(out: string, values: Values, env: NodeJS.ProcessEnv): Promise<number> {
  const parent = values.parent === undefined ? undefined : await readPins(values.parent)
  const request: BuildRequest = {
    out,
    kinds: kindsOf(values.kinds),
    seed: values.seed ?? '1',
    salt: values.salt ?? parent?.salt ?? USUAL_SALT,
    pairs: pairingOf(values.pairs),
    margin: values.margin,
    perPerson: perPersonOf(values['per-person']),
    byPerson: values['by-person'],
    mix: mixOf(values.mix),
    parent,
    heldOut: values['hold-out'] === undefined ? [] : await heldOutRows(values['hold-out']),
  }
  return withStore(env, async (config, store) => {
    const archive = await openArchive(config, store)
    for (const notice of archive.permits.gate.notices) process.stderr.write(`${notice}\n`)
    await tell(store, 'dataset built')
    const manifest = await buildDataset(request, archive.finders, archive.permits)
    process.stdout.write(`${out} is built.\n\n${describe(manifest)}`)
    return 0
  })
}

async function check(directory: string): Promise<number> {
  const { id, files } = await verify(directory)
  const rows = files.reduce((sum, file) => sum + file.rows, 0)
  process.stdout.write(
    `${directory} is sound: dataset ${id}, ${files.length} files, ${rows} rows, no leak between splits.\n`,
  )
  return 0
}

async function show(directory: string, json: boolean): Promise<number> {
  const manifest = await readManifest(directory)
  process.stdout.write(json ? `${JSON.stringify(manifest, null, 2)}\n` : describe(manifest))
  return 0
}

async function take(path: string, licence: string | undefined, env: NodeJS.ProcessEnv): Promise<number> {
  return withStore(env, async (config, store) => {
    const { demonstrations } = await openArchive(config, store)
    const at = systemClock.now()
    await tell(store, 'instructions imported')
    const { rows, known } = await importInstructions({ path, licence: licence ?? '', at }, demonstrations)
    process.stdout.write(
      `${rows - known} dialogues imported from ${path}${known > 0 ? `; ${known} were there already` : ''}.\n`,
    )
    return 0
  })
}

const tell = (store: Store, action: OperatorAction): Promise<void> =>
  new Audit(store.keyv('audit')).add({ at: systemClock.now(), action, by: 'operator' })

async function withStore(
  env: NodeJS.ProcessEnv,
  work: (config: Config, store: Store) => Promise<number>,
): Promise<number> {
  const config = await loadConfig(env)
  const store = await openStore(config.store, createLog(config.logLevel), config.encryptionKeys)
  try {
    return await work(config, store)
  } finally {
    await store.close()
  }
}

function kindsOf(given: string | undefined): readonly Kind[] {
  if (given === undefined) return USUAL_KINDS
  if (given === 'all') return KINDS
  const names = new Set(given.split(',').map((name) => name.trim()))
  const kinds = KINDS.filter((kind) => names.has(kind))
  if (kinds.length === names.size) return kinds
  throw wrong(
    '--kinds',
    given,
    `some of ${KINDS.join(', ')}, or all`,
    `Use --kinds ${USUAL_KINDS.join(',')}.`,
  )
}

function pairingOf(given: string | undefined) {
  const pairing = PAIRINGS.find((each) => each === (given ?? 'disjoint'))
  if (pairing !== undefined) return pairing
  throw wrong('--pairs', given, PAIRINGS.join(' or '), 'Use --pairs disjoint.')
}

function perPersonOf(given: string | undefined): number {
  const most = given === undefined ? USUAL_PER_PERSON : Number(given)
  if (Number.isInteger(most) && most > 0) return most
  throw wrong('--per-person', given, 'a whole number from 1', `Use --per-person ${USUAL_PER_PERSON}.`)
}

function mixOf(given: string | undefined): Mix | undefined {
  if (given === undefined) return undefined
  const parts = new Map(
    given.split(',').map((part) => {
      const [name = '', share = ''] = part.split('=').map((each) => each.trim())
      return [name, share === '' ? Number.NaN : Number(share)] as const
    }),
  )
  const [dialogue = 0, instruct = 0] = [parts.get('dialogue'), parts.get('instruct')]
  const isKnown = [...parts.keys()].every((name) => name === 'dialogue' || name === 'instruct')
  const isWhole = dialogue >= 0 && instruct >= 0 && Math.abs(dialogue + instruct - 1) < 1e-6
  if (isKnown && isWhole) return { dialogue, instruct }
  throw wrong('--mix', given, 'shares that sum to 1', 'Use --mix dialogue=.7,instruct=.3.')
}

const wrong = (key: string, got: string | undefined, expected: string, fix: string): ConfigError =>
  new ConfigError(key, { got, expected, fix })
