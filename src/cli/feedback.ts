import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import type { Config } from '#config/config.ts'
import { loadConfig } from '#config/load.ts'
import { knownPeople } from '#core/dialogue/known-people.ts'
import { polarityFrom } from '#core/feedback/emoji.ts'
import { importEvents } from '#core/feedback/import.ts'
import { Ledger, type LedgerEvent } from '#core/feedback/ledger.ts'
import { outbound } from '#core/feedback/outbound.ts'
import { feedbackStats } from '#core/feedback/stats.ts'
import { Audit } from '#core/safety/audit.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openStore } from '#core/store/store.ts'
import { Transcripts } from '#core/store/transcripts.ts'
import { createLog } from '#core/telemetry/log.ts'
import { statsForPeople } from './feedback-stats.ts'
import { withSmallHeap } from './small-heap.ts'

export const FEEDBACK_USAGE = `Usage: parley feedback <what>
  list [--json]    every event, oldest first; with --json one object a line
  stats [--json]   what the votes come to
  export           every event, one JSON object a line, without a platform's ids
  export --backup  the same with them: for this installation only, after a loss
  import <file>    take an export in; what is already there is left alone. - reads standard input
`
const NOT_UNDERSTOOD = 2

/** A file that was handed over wrong is not listed to its end. */
const MOST_PROBLEMS = 20

interface Asked {
  readonly json: boolean
  readonly backup: boolean
  readonly ledger: Ledger
  readonly config: Config
  readonly pseudonyms: Pseudonyms
  readonly transcripts: Transcripts
  readonly audit: Audit
  /** What comes behind the verb. */
  readonly rest: readonly string[]
}

type Verb = (asked: Asked) => Promise<number>

const VERBS: Readonly<Record<string, { readonly arguments: number; readonly run: Verb }>> = {
  list: { arguments: 0, run: list },
  stats: { arguments: 0, run: stats },
  export: { arguments: 0, run: give },
  import: { arguments: 1, run: take },
}

/** `parley feedback …`: what people did about replies, from the ledger. */
export async function feedback(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, backup: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [name = '', ...rest] = positionals
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (verb === undefined || rest.length !== verb.arguments) {
    process.stderr.write(FEEDBACK_USAGE)
    return NOT_UNDERSTOOD
  }
  const config = await loadConfig(env)
  const store = await openStore(config.store, createLog(config.logLevel), config.encryptionKeys)
  try {
    const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
    const shown = new ShownReplies(store.keyv('shown'))
    const ledger = new Ledger({ events: store.keyv('ledger'), shown, pseudonyms })
    const audit = new Audit(store.keyv('audit'))
    const transcripts = new Transcripts(store.keyv('transcript'), store.keyv('window'))
    const asked = { ...values, ledger, config, pseudonyms, transcripts, audit, rest }
    return await withSmallHeap(() => verb.run(asked))
  } finally {
    await store.close()
  }
}

async function list({ ledger, json }: Asked): Promise<number> {
  await print(linesOf(ledger.events(), json ? asJson : asLine))
  return 0
}

async function give({ ledger, pseudonyms, transcripts, audit, backup }: Asked): Promise<number> {
  const action = backup ? 'feedback backed up' : 'feedback exported'
  await audit.add({ at: Date.now(), action, by: 'operator' })
  const nameOf = pseudonyms.ofThing.bind(pseudonyms)
  const hidden = (event: LedgerEvent) =>
    event.kind === 'reason'
      ? knownPeople(transcripts, event.thread).then((people) => asJson(outbound(event, nameOf, people)))
      : asJson(outbound(event, nameOf, []))
  await print(linesOf(ledger.events(), backup ? asJson : hidden))
  return 0
}

async function stats({ ledger, config: { emoji }, json }: Asked): Promise<number> {
  const found = await feedbackStats(ledger.events(), polarityFrom(emoji.everywhere, emoji.workspaces))
  await print([json ? `${JSON.stringify(found)}\n` : statsForPeople(found)])
  return 0
}

async function take({ ledger, pseudonyms, audit, rest: [file = ''] }: Asked): Promise<number> {
  await audit.add({ at: Date.now(), action: 'feedback imported', by: 'operator' })
  const source = file === '-' ? process.stdin : createReadStream(file)
  const pseudonymOf = pseudonyms.of.bind(pseudonyms)
  let problems = 0
  const { added, known, wrong } = await importEvents(source, ledger, pseudonymOf, ({ line, problem }) => {
    problems += 1
    if (problems <= MOST_PROBLEMS) process.stderr.write(`Line ${line}: ${problem}\n`)
  })
  process.stdout.write(`${added} added, ${known} already there, ${wrong} wrong.\n`)
  if (wrong > 0)
    process.stderr.write('Wrong lines were left out. Mend them and import again: nothing is taken twice.\n')
  return wrong > 0 ? 1 : 0
}

/** Whoever reads may have enough early, as `head` does after ten lines. */
async function print(lines: AsyncIterable<string> | Iterable<string>): Promise<void> {
  try {
    await pipeline(lines, process.stdout, { end: false })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
}

/** Characters written at once: one write a line takes longer than all the rest. */
const CHUNK = 65_536

async function* linesOf(
  events: AsyncIterable<LedgerEvent>,
  line: (event: LedgerEvent) => string | Promise<string>,
): AsyncGenerator<string> {
  let chunk = ''
  for await (const event of events) {
    const next = line(event)
    // A promise for each line would take longer than all the rest.
    chunk += typeof next === 'string' ? next : await next
    if (chunk.length < CHUNK) continue
    yield chunk
    chunk = ''
  }
  if (chunk !== '') yield chunk
}

const asJson = (event: LedgerEvent): string => `${JSON.stringify(event)}\n`

function asLine(event: LedgerEvent): string {
  const by = 'rater' in event ? `  by ${event.rater}` : ''
  return `${new Date(event.at).toISOString()}  ${event.platform.padEnd(7)}  ${whatOf(event)}${by}  on ${event.reply}\n`
}

function whatOf(event: LedgerEvent): string {
  switch (event.kind) {
    case 'reaction_added':
      return `+${event.value}`
    case 'reaction_removed':
      return `-${event.value}`
    case 'reactions_cleared':
      return `-${event.value ?? 'all'} of everybody`
    case 'vote':
      return event.value
    case 'reason':
      return `because: ${event.tags.join(', ') || 'in their own words'}`
    case 'correction':
      return 'a better reply'
  }
}
