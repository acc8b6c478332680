import { reasonOf } from '#core/errors.ts'

const HELP: readonly string[] = ['--help', '-h']

/** Whether somebody wants to know how a verb is used. What comes behind `--` is meant for the verb. */
export function asksForUsage(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args[0] === 'help' || (end < 0 ? args : args.slice(0, end)).some((each) => HELP.includes(each))
}

/** `parseArgs` of Node refuses what a verb does not know. @returns its first sentence; undefined for other errors. */
export function mistyped(error: unknown): string | undefined {
  const isTheirs =
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS_')
  return isTheirs ? `${reasonOf(error).split(/\.(?:\s|$)/u)[0]}.` : undefined
}
