/** `response_url`: five answers within thirty minutes, without a token. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import type { Clock } from '#core/clock.ts'
import { contentOf } from './content.ts'
import type { Ephemeral } from './contract.ts'
import { isJson, parseJson } from './json.ts'
import type { Messages } from './messages.ts'
import { Args, SlackFailure } from './request.ts'
import { BOT, type Workspace } from './workspace.ts'

const USES = 5
const LIFETIME_MS = 30 * 60_000

/** Where an answer goes. */
interface Place {
  readonly channel: string
  /** The message that was pressed; empty for a command. */
  readonly ts: string
  readonly user: string
  readonly threadTs: string | undefined
}

export interface ResponseUrlDeps {
  readonly base: () => string
  readonly workspace: Workspace
  readonly messages: Messages
  readonly ephemerals: Ephemeral[]
  readonly clock: Clock
}

export class ResponseUrls {
  readonly #deps: ResponseUrlDeps
  readonly #places = new Map<string, { readonly place: Place; readonly at: number; uses: number }>()

  constructor(deps: ResponseUrlDeps) {
    this.#deps = deps
  }

  create(place: Place): string {
    const id = this.#deps.workspace.nextId('R')
    this.#places.set(id, { place, at: this.#deps.clock.now(), uses: 0 })
    return `${this.#deps.base()}/actions/${id}`
  }

  async handle(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = parseJson(await readText(request))
    const [status, text] = this.#answer(id, new Args(isJson(body) ? body : {}))
    response.writeHead(status, { 'content-type': 'text/html' }).end(text)
  }

  #answer(id: string, args: Args): [status: number, text: string] {
    const found = this.#places.get(id)
    if (found === undefined) return [404, 'no_service']
    if (this.#deps.clock.now() - found.at > LIFETIME_MS) return [404, 'expired_url']
    if (found.uses >= USES) return [404, 'used_url']
    found.uses += 1
    try {
      this.#apply(found.place, args)
      return [200, 'ok']
    } catch (thrown) {
      if (thrown instanceof SlackFailure) return [400, thrown.code]
      throw thrown
    }
  }

  #apply({ channel, ts, user, threadTs }: Place, args: Args): void {
    const { ephemerals, messages, workspace } = this.#deps
    const bot = workspace.user(BOT.userId)
    if (args.flag('delete_original')) {
      messages.remove(messages.find(channel, ts))
      return
    }
    const { text, blocks = [] } = contentOf(args)
    if (args.flag('replace_original') && ts !== '') {
      messages.change(messages.find(channel, ts), bot, (message) => {
        message.text = text
        message.blocks = blocks
      })
    } else if (args.text('response_type') === 'in_channel') {
      messages.post({ author: bot, channel: workspace.channel(channel), text, blocks, threadTs })
    } else {
      ephemerals.push({ channel, ts: workspace.nextTs(), user, threadTs, text, blocks })
    }
  }
}
