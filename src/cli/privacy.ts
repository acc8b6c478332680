import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { openPrivacy } from '#core/main.ts'
import type { PersonRef } from '#core/person.ts'
import type { PrivacyDesk } from '#core/safety/privacy-desk.ts'
import { readPerson } from './person.ts'

export const PRIVACY_USAGE = `Usage: parley privacy <what> <platform:person>
  view      what is kept of the person, counted
  export    everything of it, one JSON object a line
  erase     everything of it is deleted; needs --yes
  consent   on or off behind the person: whether it may be used for training

The person is the platform's id of them, for example slack:U012AB3CD, discord:80351110224678912 or web:u_0123abcd.
`
const NOT_UNDERSTOOD = 2
const REFUSED = 1

interface Asked {
  readonly person: PersonRef
  /** As it was typed. */
  readonly who: string
  readonly privacy: PrivacyDesk
  readonly yes: boolean
  readonly choice: string | undefined
}

const VERBS: Readonly<Record<string, (asked: Asked) => Promise<number>>> = {
  view,
  export: copy,
  erase,
  consent,
}

/** `parley privacy …`: for operators whom a person has asked. Works while Parley runs, too. */
export async function privacy(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    options: { yes: { type: 'boolean', default: false } },
    allowPositionals: true,
  })
  const [name = '', who = '', choice, ...others] = positionals
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  const person = readPerson(who)
  const takesChoice = name === 'consent' ? choice === 'on' || choice === 'off' : choice === undefined
  if (verb === undefined || person === undefined || !takesChoice || others.length > 0) {
    process.stderr.write(PRIVACY_USAGE)
    return NOT_UNDERSTOOD
  }
  const { privacy, close } = await openPrivacy(env)
  try {
    return await verb({ person, who, privacy, yes: values.yes, choice })
  } finally {
    await close()
  }
}

async function view({ person, who, privacy }: Asked): Promise<number> {
  const { consent, kept } = await privacy.view(person)
  const some = kept.filter(({ count }) => count > 0)
  const lines = some.map(({ what, count }) => `${String(count).padStart(8)}  ${what}`)
  process.stdout.write(
    some.length === 0 ? `Nothing is kept of ${who}.\n` : `Kept of ${who}:\n${lines.join('\n')}\n`,
  )
  const since = consent.since === undefined ? '' : ` since ${new Date(consent.since).toISOString()}`
  process.stdout.write(`Training: ${consent.training ? 'allowed' : 'not allowed'}${since}.\n`)
  return 0
}

async function copy({ person, privacy }: Asked): Promise<number> {
  try {
    await pipeline(privacy.export(person), process.stdout, { end: false })
  } catch (error) {
    // Whoever reads has enough, as `head` does after ten lines.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error
  }
  return 0
}

async function erase(asked: Asked): Promise<number> {
  const { person, who, privacy, yes } = asked
  if (!yes) {
    await view(asked)
    process.stderr.write('Erasing cannot be undone. Add --yes to erase all of it.\n')
    return REFUSED
  }
  const erased = await privacy.erase(person, Date.now())
  process.stdout.write(
    erased === 0 ? `Nothing was kept of ${who}.\n` : `Erased ${erased} things of ${who}.\n`,
  )
  process.stdout.write(OUT_OF_REACH)
  return 0
}

const OUT_OF_REACH = `Out of reach of this command:
  messages that stand in Slack or Discord itself
  datasets and models that were made before; build the datasets again
  backups of the store
  what a running Parley has in memory only; it is gone with the next start
`

async function consent({ person, who, privacy, choice }: Asked): Promise<number> {
  const training = choice === 'on'
  await privacy.consent(person, training, Date.now())
  process.stdout.write(`Training with what ${who} says and does: ${training ? 'allowed' : 'not allowed'}.\n`)
  return 0
}
