/**
 * `parley <verb>`: the command line. Each verb is a file in `cli/`; this one only finds it.
 */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { ConfigError, reasonOf } from '#core/errors.ts'
import { asksForUsage, mistyped } from './cli/usage.ts'

type Verb = (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>

interface Entry {
  readonly about: string
  readonly load: () => Promise<Verb>
  /** How it is used, in full; `about` says it all when absent. */
  readonly usage?: (args: readonly string[]) => Promise<string>
}

/** Loaded when called: `parley feedback` must not pay for the platforms' SDKs. */
const VERBS = new Map<string, Entry>([
  [
    'start',
    { about: 'Serve every configured platform.', load: async () => (await import('./cli/start.ts')).start },
  ],
  [
    'feedback',
    {
      about: 'What people did about replies: feedback list, stats, export or import.',
      load: async () => (await import('./cli/feedback.ts')).feedback,
      usage: async () => (await import('./cli/feedback.ts')).FEEDBACK_USAGE,
    },
  ],
  [
    'learn',
    {
      about: 'From what people gave to a better model: learn dataset, train, job, simulate and more.',
      load: async () => (await import('./cli/learn.ts')).learn,
      usage: async (args) => (await import('./cli/learn.ts')).learnUsage(args),
    },
  ],
  [
    'privacy',
    {
      about: 'What is kept of a person: privacy view, export, erase, consent <platform:person>.',
      load: async () => (await import('./cli/privacy.ts')).privacy,
      usage: async () => (await import('./cli/privacy.ts')).PRIVACY_USAGE,
    },
  ],
  [
    'audit',
    {
      about: "What was done with people's data, by whom and when.",
      load: async () => (await import('./cli/audit.ts')).audit,
      usage: async () => (await import('./cli/audit.ts')).AUDIT_USAGE,
    },
  ],
  [
    'warm',
    {
      about: 'Compile everything ahead, so that the next start is quick. npm does this after an install.',
      load: async () => (await import('./cli/warm.ts')).warm,
    },
  ],
])

const USAGE = 2

/** @returns the exit code: 0 done, 1 failed, 2 not understood. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [name, ...rest] = args
  // Whoever serves goes on without a reader.
  if (name !== 'start' && !process.stdout.listeners('error').includes(enough))
    process.stdout.on('error', enough)
  if (name === undefined || asksForUsage([name])) {
    process.stdout.write(usage())
    return 0
  }
  const verb = VERBS.get(name)
  if (verb === undefined) {
    process.stderr.write(`parley has no "${name}".\n\n${usage()}`)
    return USAGE
  }
  if (asksForUsage(rest)) {
    process.stdout.write((await verb.usage?.(rest)) ?? `Usage: parley ${name}\n  ${verb.about}\n`)
    return 0
  }
  try {
    // Into the environment itself: libraries read it too. What it already says wins over the file.
    for (const [key, value] of Object.entries(readEnvFile())) env[key] ??= value
    return await (await verb.load())(rest, env)
  } catch (error) {
    const sentence = mistyped(error)
    if (sentence !== undefined) {
      process.stderr.write(`${sentence}\n\n${(await verb.usage?.(rest)) ?? usage()}`)
      return USAGE
    }
    // A wrong setting is the operator's to mend: the sentence helps, a stack trace would not.
    const text = error instanceof ConfigError || !(error instanceof Error) ? reasonOf(error) : error.stack
    process.stderr.write(`${text ?? reasonOf(error)}\n`)
    return 1
  }
}

/** Whoever reads may have enough early, as `head` does after ten lines; that is no failure. */
function enough(error: Error): void {
  if ('code' in error && error.code === 'EPIPE') process.exit(0)
  throw error
}

/** What `.env` sets, where there is one. @throws ConfigError */
function readEnvFile(): NodeJS.ProcessEnv {
  try {
    // Windows editors begin a file with a mark, which would hide the first setting under another name.
    return parseEnv(readFileSync('.env', 'utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    const fix = `${reasonOf(error)}. Make it readable, or remove it.`
    throw new ConfigError('The settings file', { got: '.env', expected: 'a file that can be read', fix })
  }
}

function usage(): string {
  const width = Math.max(...[...VERBS.keys()].map((name) => name.length))
  const lines = [...VERBS].map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`)
  return `Usage: parley <verb>\n\n${lines.join('\n')}\n`
}
