/** What people can do about a trainer that failed, by what it printed last. The first that fits is said. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /out of memory|OutOfMemoryError/i,
    'The GPU has not enough memory: make the batch per device smaller, or train an adapter (use_peft).',
  ],
  [
    /No module named|ModuleNotFoundError/,
    'A Python package is missing where the trainer runs: install it there.',
  ],
  [
    /No CUDA GPUs are available|Found no NVIDIA driver|CUDA driver version is insufficient/i,
    'The trainer sees no GPU: run it where one is, with the setting "command" (docs/engines.md).',
  ],
  [
    /is not a local folder and is not a valid model identifier|gated repo|401 Client Error/i,
    'The base model cannot be had: check its name and, for a gated one, the access token on that machine.',
  ],
  [
    /return_assistant_tokens_mask|generation %\}|assistant_only_loss/i,
    'The chat template of this model does not mark answers: set "rows" to "completion", or "assistant_only_loss" to false.',
  ],
  [/No space left on device/i, 'The disk is full: make room, or keep fewer checkpoints (save_total_limit).'],
  [
    /parley_reward|urlopen error|Connection refused/i,
    'The reward service cannot be reached from the trainer: start "parley learn rm serve" and give an address that the trainer sees.',
  ],
  [
    /unrecognized arguments|Unknown arguments|unexpected keyword argument/i,
    'The trainer is of another version than this command is for: see docs/engines.md for the versions.',
  ],
]

const SIGNALLED = 128
const KILLED = SIGNALLED + 9

/** A whole sentence or more. @param program the trainer's first word, `trl` for example. */
export function reasonOfFailure(code: number, program: string, last: readonly string[]): string {
  const said = last.findLast((line) => /^(?:[\w.]+(?:Error|Exception|Interrupt)\b|ERROR\b)/.test(line.trim()))
  const advice = KNOWN.find(([pattern]) => last.some((line) => pattern.test(line)))?.[1]
  if (advice !== undefined) return `${said === undefined ? '' : `${sentence(said)} `}${advice}`
  if (code === 127)
    return `${program} is not there. Install it, or say with the setting "command" where it is.`
  if (code === 126) return `${program} may not be executed. Look at its permissions.`
  if (code === KILLED) return `${program} was killed, most often because the machine had no memory left.`
  const how = code > SIGNALLED ? `was ended by signal ${code - SIGNALLED}` : `ended with code ${code}`
  const line = said ?? last.at(-1)
  return `${program} ${how}.${line === undefined ? '' : ` It said: ${sentence(line)}`} "parley learn job logs" shows all of it.`
}

const sentence = (line: string): string => (/[.!?]$/.test(line.trim()) ? line.trim() : `${line.trim()}.`)
