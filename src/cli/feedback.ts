import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { loadConfig } from '#config/load.ts'
import { Ledger, type LedgerEvent } from '#core/feedback/ledger.ts'
import { ShownReplies } from '#core/store/shown-replies.ts'
import { openStore } from '#core/store/store.ts'
import { createLog } from '#core/telemetry/log.ts'

const USAGE = 'Usage: parley feedback list [--json]\n'

/** `parley feedback list`: every event of the ledger, oldest first; with `--json` one object a line. */
export async function feedback(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  if (positionals.length !== 1 || positionals[0] !== 'list') {
    process.stderr.write(USAGE)
    return 2
  }
  const config = await loadConfig(env)
  const store = openStore(config.store, createLog(config.logLevel))
  try {
    const ledger = new Ledger(store.keyv('ledger'), new ShownReplies(store.keyv('shown')))
    await pipeline(linesOf(ledger.events(), values.json ? asJson : asLine), process.stdout, { end: false })
  } catch (error) {
    // Whoever reads has enough, as `head` does after ten lines.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  } finally {
    await store.close()
  }
  return 0
}

async function* linesOf(
  events: AsyncIterable<LedgerEvent>,
  line: (event: LedgerEvent) => string,
): AsyncGenerator<string> {
  for await (const event of events) yield line(event)
}

const asJson = (event: LedgerEvent): string => `${JSON.stringify(event)}\n`

function asLine({ at, platform, rater, kind, value, reply }: LedgerEvent): string {
  const sign = kind === 'reaction_added' ? '+' : '-'
  return `${new Date(at).toISOString()}  ${platform.padEnd(7)}  ${sign}${value}  by ${rater}  on ${reply}\n`
}
