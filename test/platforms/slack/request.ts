/** What a Web API method is asked, and how it says no. */
import type { Block } from './contract.ts'
import { isJson, type Json, parseJson } from './json.ts'

/** `{ok: false, error}`: the platform's own kind of refusal, with status 200. */
export class SlackFailure extends Error {
  override readonly name = 'SlackFailure'
  readonly code: string
  readonly details: Json

  constructor(code: string, messages: readonly string[] = [], details: Json = {}) {
    super(code)
    this.code = code
    this.details = messages.length === 0 ? details : { ...details, response_metadata: { messages } }
  }
}

export const invalid = (reason: string): SlackFailure =>
  new SlackFailure('invalid_arguments', [`[ERROR] ${reason}`])

/** Arguments of one call. In a form every value is text and objects are JSON; in a JSON body they are themselves. */
export class Args {
  readonly raw: Json

  constructor(raw: Json) {
    this.raw = raw
  }

  has(name: string): boolean {
    const value = this.raw[name]
    return value !== undefined && value !== null && value !== ''
  }

  text(name: string): string | undefined {
    const value = this.raw[name]
    if (value === undefined || value === null) return undefined
    if (typeof value === 'string') return value
    if (typeof value === 'number' || typeof value === 'boolean') return String(value)
    throw invalid(`must provide a string [json-pointer:/${name}]`)
  }

  need(name: string): string {
    const value = this.text(name)
    if (value === undefined || value === '') throw invalid(`missing required field: ${name}`)
    return value
  }

  flag(name: string): boolean {
    return ['true', '1'].includes(this.text(name) ?? '')
  }

  /** A page size: the default when absent. */
  limit(name: string, standard: number, largest: number): number {
    const text = this.text(name)
    if (text === undefined || text === '') return standard
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1) throw new SlackFailure('invalid_limit')
    return Math.min(value, largest)
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined || value === '') return undefined
    const found = allowed.find((candidate) => candidate === value)
    if (found === undefined)
      throw invalid(`value must be one of ${allowed.join(', ')} [json-pointer:/${name}]`)
    return found
  }

  object(name: string, failure: string): Json | undefined {
    const value = this.#structure(name)
    if (value === undefined) return undefined
    if (!isJson(value)) throw new SlackFailure(failure)
    return value
  }

  objects(name: string, failure: string): readonly Json[] | undefined {
    const value = this.#structure(name)
    if (value === undefined) return undefined
    if (!Array.isArray(value) || !value.every(isJson)) throw new SlackFailure(failure)
    return value
  }

  list(name: string): readonly unknown[] | undefined {
    const value = this.#structure(name)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) throw invalid(`must provide an array [json-pointer:/${name}]`)
    return value
  }

  blocks(name = 'blocks'): readonly Block[] | undefined {
    return this.objects(name, 'invalid_blocks_format')?.map((block) => {
      if (typeof block.type !== 'string') throw new SlackFailure('invalid_blocks_format')
      return { ...block, type: block.type }
    })
  }

  /** `null` where the text is not JSON: no caller takes that for a structure. */
  #structure(name: string): unknown {
    const value = this.raw[name]
    if (value === undefined || value === null || value === '') return undefined
    return typeof value === 'string' ? (parseJson(value) ?? null) : value
  }
}
