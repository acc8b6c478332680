/**
 * `parley <verb>`: the command line. Each verb is a file in `cli/`; this one only finds it.
 */
import { existsSync } from 'node:fs'
import { ConfigError, reasonOf } from '#core/errors.ts'
import { holdYoungGeneration } from './cli/young-generation.ts'

type Verb = (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>

/** Loaded when called: `parley feedback` must not pay for the platforms' SDKs. */
const VERBS: Readonly<Record<string, { readonly about: string; readonly load: () => Promise<Verb> }>> = {
  start: {
    about: 'Serve every configured platform.',
    load: async () => (await import('./cli/start.ts')).start,
  },
  feedback: {
    about: 'What people did about replies: feedback list [--json].',
    load: async () => (await import('./cli/feedback.ts')).feedback,
  },
  warm: {
    about: 'Compile everything ahead, so that the next start is quick. npm does this after an install.',
    load: async () => (await import('./cli/warm.ts')).warm,
  },
}

const USAGE = 2

/** @returns the exit code: 0 done, 1 failed, 2 not understood. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  holdYoungGeneration()
  // What the environment already says wins over the file.
  if (existsSync('.env')) process.loadEnvFile('.env')
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(usage())
    return 0
  }
  const verb = VERBS[name]
  if (verb === undefined) {
    process.stderr.write(`parley has no "${name}".\n\n${usage()}`)
    return USAGE
  }
  try {
    return await (await verb.load())(rest, env)
  } catch (error) {
    // A wrong setting is the operator's to mend: the sentence helps, a stack trace would not.
    const text = error instanceof ConfigError || !(error instanceof Error) ? reasonOf(error) : error.stack
    process.stderr.write(`${text ?? reasonOf(error)}\n`)
    return 1
  }
}

function usage(): string {
  const width = Math.max(...Object.keys(VERBS).map((name) => name.length))
  const lines = Object.entries(VERBS).map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`)
  return `Usage: parley <verb>\n\n${lines.join('\n')}\n`
}
