import { once } from 'node:events'
import { basename, dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '#core/clock.ts'
import { ConfigError } from '#core/errors.ts'
import { LearningError } from '#core/learning/engine.ts'
import { USUAL_RUNS } from '#core/learning/jobs/place.ts'

const USUAL_PORT = 5100
const USUAL_HOST = '127.0.0.1'
const OF_THIS_MACHINE: readonly string[] = [USUAL_HOST, '::1', 'localhost']
const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const

export const SERVE_POLICY_USAGE = `  serve-policy --model <model>      answers with a policy of the engine local, as an OpenAI-compatible server
    --model <model>        the id or directory of a job, or the folder of a model
    --name <name>          by which it is asked for; the job's id when left out
    --port <port>          ${USUAL_PORT} when left out; 0 takes any that is free
    --host <address>       ${USUAL_HOST} when left out; others only with PARLEY_POLICY_TOKEN set
    --runs <directory>     where jobs are kept; ${USUAL_RUNS} when left out
`
const NOT_UNDERSTOOD = 2

const text = { type: 'string' } as const
const OPTIONS = { model: text, name: text, port: text, host: text, runs: text } as const

/** `parley learn serve-policy …`: serves until told to stop. @throws LearningError, ConfigError */
export async function servePolicyVerb(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  if (values.model === undefined) {
    process.stderr.write(`Usage: parley learn <what>\n${SERVE_POLICY_USAGE}`)
    return NOT_UNDERSTOOD
  }
  const host = values.host ?? USUAL_HOST
  const token = env.PARLEY_POLICY_TOKEN
  if (token === undefined && !OF_THIS_MACHINE.includes(host))
    throw new LearningError(
      `Whoever reaches ${host} could ask the policy. Set PARLEY_POLICY_TOKEN, or leave --host out.`,
    )
  const port = portOf(values.port)
  const folder = await folderOf(values.model, values.runs ?? USUAL_RUNS)
  const { openPolicy } = await import('#core/learning/serving/policy.ts')
  const { servePolicy } = await import('#core/learning/serving/serve.ts')
  const told = Promise.race(STOP_SIGNALS.map((signal) => once(process, signal)))
  const policy = await openPolicy(folder)
  try {
    const name = values.name ?? nameOf(folder)
    const serving = await servePolicy({ policy, name, token, host, port, now: () => systemClock.now() })
    process.stdout.write(
      `${name} answers at ${serving.baseUrl}. Ask it with OPENAI_BASE_URL=${serving.baseUrl} PARLEY_MODEL=${name}.\n`,
    )
    await told
    await serving.close()
  } finally {
    await policy.close()
  }
  return 0
}

async function folderOf(model: string, runs: string): Promise<string> {
  const { jobsIn } = await import('#core/learning/jobs/jobs.ts')
  const { localModel } = await import('#core/learning/jobs/local-engine.ts')
  const jobs = jobsIn({ runs, now: () => systemClock.now() })
  return await localModel(await jobs.addressOf(model), '--model', 'policy')
}

/** A job's model is called as the job. */
const nameOf = (folder: string): string => basename(basename(folder) === 'model' ? dirname(folder) : folder)

function portOf(given: string | undefined): number {
  const port = Number(given ?? USUAL_PORT)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535 && given !== '') return port
  throw new ConfigError('--port', {
    got: given,
    expected: 'a port from 0 to 65535',
    fix: `Use --port ${USUAL_PORT}.`,
  })
}
