import { LearningError } from '#core/learning/engine.ts'

/**
 * How a trainer's command is started: on this machine (`{command}`), in a container
 * (`docker run … {command}`), or elsewhere (`ssh gpu {line}`). As one line, in which quotes hold words together, or as
 * its words. Nothing is given to a shell unless the template names one.
 */
export type Template = string | readonly string[]

export const HERE: Template = ['{command}']

export interface Filling {
  /** The trainer's own words. */
  readonly command: readonly string[]
  /** What it finds in its environment, where the template does not keep it from being handed on. */
  readonly env: Readonly<Record<string, string>>
  /** Absolute. The command is started in it, and finds everything by absolute paths. */
  readonly run: string
  readonly dataset: string
  /** The job's id. */
  readonly name: string
}

const KNOWN = '{command}, {line}, {run}, {dataset} and {name}'

/**
 * `{command}` is the trainer's words, and stands alone; `{line}` the same as one line for a shell, which changes to
 * the run directory first; `{run}`, `{dataset}` and `{name}` stand anywhere.
 *
 * @param what names the setting in errors
 * @throws LearningError
 */
export function fill(template: Template, filling: Filling, what = 'command'): readonly string[] {
  return wordsOf(template, what).flatMap((word) =>
    word === '{command}' ? filling.command : [word.replace(PLACE, (_, name: string) => placed(name))],
  )

  function placed(name: string): string {
    switch (name) {
      case 'line':
        return lineOf(filling)
      case 'run':
        return filling.run
      case 'dataset':
        return filling.dataset
      case 'name':
        return filling.name
      case 'command':
        throw new LearningError(
          `"{command}" stands for several words and has to stand alone in the setting "${what}". Inside another word write {line}.`,
        )
      default:
        throw new LearningError(`"${what}" names {${name}}, which is not known. Known are ${KNOWN}.`)
    }
  }
}

/** @throws LearningError when the trainer would never be started. */
export function checkTemplate(template: Template): void {
  if (wordsOf(template, 'command').some((word) => word === '{command}' || word.includes('{line}'))) return
  throw new LearningError(
    'The setting "command" does not say where the trainer\'s own command goes. Write {command} in it, or {line} for a shell or ssh.',
  )
}

/** `${HOME}` and `{{.Names}}` are the shell's and docker's. */
const PLACE = /(?<![${])\{([a-z]+)\}(?!\})/g

function wordsOf(template: Template, what: string): readonly string[] {
  if (typeof template !== 'string') return template
  if (/["']/.test(template.replace(QUOTED, ''))) {
    throw new LearningError(`A quotation mark in the setting "${what}" is not closed.`)
  }
  return [...template.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
    word.replace(QUOTED, (_, double?: string, single?: string) => double ?? single ?? ''),
  )
}

const QUOTED = /"([^"]*)"|'([^']*)'/g

function lineOf({ run, env, command }: Filling): string {
  const settings = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`)
  return `cd ${quoted(run)} && ${[...settings, ...command.map(quoted)].join(' ')}`
}

/** As one word of a POSIX shell. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
