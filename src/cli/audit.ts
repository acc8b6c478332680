import { parseArgs } from 'node:util'
import { loadConfig } from '#config/load.ts'
import { Audit, type AuditEntry } from '#core/safety/audit.ts'
import { Pseudonyms } from '#core/safety/pseudonyms.ts'
import { openStore } from '#core/store/store.ts'
import { createLog } from '#core/telemetry/log.ts'
import { readPerson } from './person.ts'

export const AUDIT_USAGE = `Usage: parley audit [--about <platform:person>] [--json]
  What was done with people's data and with models, oldest first: erasures, consents, exports, datasets, promotions.
  People are pseudonyms; --about shows what was done with one person's.
`
const NOT_UNDERSTOOD = 2

/** `parley audit`: for operators who must show what was done. */
export async function audit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { about: { type: 'string' }, json: { type: 'boolean', default: false } },
  })
  const person = values.about === undefined ? undefined : readPerson(values.about)
  if (values.about !== undefined && person === undefined) {
    process.stderr.write(AUDIT_USAGE)
    return NOT_UNDERSTOOD
  }
  const config = await loadConfig(env)
  const store = await openStore(config.store, createLog(config.logLevel), config.encryptionKeys)
  try {
    const pseudonyms = await Pseudonyms.open(store.keyv('secrets'))
    const about = person === undefined ? undefined : pseudonyms.of(person)
    const entries = (await new Audit(store.keyv('audit')).all()).filter(
      (entry) => about === undefined || entry.about === about,
    )
    const lines = entries.map((entry) => (values.json ? JSON.stringify(entry) : asLine(entry)))
    process.stdout.write(lines.length === 0 ? 'Nothing was done yet.\n' : `${lines.join('\n')}\n`)
    return 0
  } finally {
    await store.close()
  }
}

function asLine({ at, action, by, about, model, why, failed }: AuditEntry): string {
  const whose = about === undefined ? '' : `  of ${about}`
  const which = model === undefined ? '' : `  ${model}`
  const because = why === undefined ? '' : `: ${why}`
  const end = failed ? ', which failed' : because
  return `${new Date(at).toISOString()}  ${action}${which}${whose}  by ${BY[by]}${end}`
}

const BY: Readonly<Record<AuditEntry['by'], string>> = {
  person: 'themselves',
  operator: 'an operator',
  guardrail: 'a guardrail',
}
