import { loadConfig } from '#config/load.ts'

interface Variables {
  readonly PARLEY_CONFIG?: string | undefined
  readonly [name: string]: string | undefined
}

/** The config of an environment and, perhaps, a `parley.yaml`. Reads nothing from this machine. */
export const configured = (env: Variables, yaml?: string) =>
  loadConfig(env, {
    readFile: async (path) => {
      if (yaml !== undefined && path === (env.PARLEY_CONFIG || 'parley.yaml')) return yaml
      throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' })
    },
  })

/** What the operator reads when these settings are wrong. */
export async function wrong(env: Variables, yaml?: string): Promise<string> {
  const config = await configured(env, yaml).catch((thrown: unknown) => thrown)
  if (config instanceof Error) return config.message
  throw new Error(`These settings should be wrong: ${JSON.stringify({ env, yaml })}`)
}
