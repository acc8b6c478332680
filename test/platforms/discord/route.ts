/** One REST route: what it needs and what it answers. The parts of the API each bring a table of these. */
import type { BucketSize } from './buckets.ts'
import type { Json } from './state.ts'

export interface UploadedFile {
  /** The form field: `files[0]`. */
  readonly field: string
  readonly name: string
  readonly contentType: string
  readonly bytes: Buffer
}

export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  readonly files: readonly UploadedFile[]
}

export interface ApiReply {
  readonly status: number
  readonly body?: Json | readonly Json[]
}

export interface Route {
  /** `METHOD /path/:name`. The first name below channels, guilds or webhooks is the major parameter. */
  readonly at: string
  /** Needs no bot token: its own token is in the path. */
  readonly open?: boolean
  /** Undefined: the usual bucket. `exempt`: no bucket and not counted globally. */
  readonly bucket?: BucketSize | 'exempt'
  handle(request: ApiRequest): ApiReply
}

export const ok = (body: Json | readonly Json[]): ApiReply => ({ status: 200, body })
export const created = (body: Json): ApiReply => ({ status: 201, body })
export const noContent: ApiReply = { status: 204 }

/** A path parameter. Routes name what they read, so a missing one is a bug of the simulator. */
export function param({ params }: ApiRequest, name: string): string {
  const value = params[name]
  if (value === undefined) throw new Error(`The route has no :${name}.`)
  return value
}

export interface RouteMatch {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

export function createRouter(
  routes: readonly Route[],
): (method: string, path: string) => RouteMatch | undefined {
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.at) }))
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      const found = pattern.exec(`${method} ${path}`)
      if (found === null) continue
      const params = Object.entries(found.groups ?? {}).map(([name, value]) => [
        name,
        decodeURIComponent(value),
      ])
      return { route, params: Object.fromEntries(params) }
    }
    return undefined
  }
}

/** `:name` stands for one path segment. */
export const patternOf = (at: string): RegExp =>
  new RegExp(`^${at.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`)
