/** Modals and the Home tab: triggers that expire, views that are checked, a stack of three. */
import type { Clock } from '#core/clock.ts'
import { blockFaults } from './blocks.ts'
import type { Changes } from './changes.ts'
import type { OpenView } from './contract.ts'
import { isJson, type Json, textOf } from './json.ts'
import { Args, invalid, SlackFailure } from './request.ts'
import type { Methods } from './web-api.ts'
import { BOT, TEAM, type Workspace } from './workspace.ts'

/** A trigger opens one view, within this time after the click. */
const TRIGGER_MS = 3_000
const LIMIT = { bytes: 250_000, label: 24, callbackId: 255, privateMetadata: 3_000, stack: 3 } as const

interface StoredView {
  readonly id: string
  readonly rootId: string
  readonly owner: string
  json: Json
}

export class Views {
  readonly #workspace: Workspace
  readonly #clock: Clock
  readonly #changes: Changes
  readonly #triggers = new Map<string, { readonly user: string; readonly at: number; used: boolean }>()
  /** The stack of each user, the newest last. */
  readonly #stacks = new Map<string, StoredView[]>()
  readonly #homes = new Map<string, StoredView>()

  constructor(deps: { workspace: Workspace; clock: Clock; changes: Changes }) {
    this.#workspace = deps.workspace
    this.#clock = deps.clock
    this.#changes = deps.changes
  }

  trigger(user: string): string {
    const id = this.#workspace.nextId('trigger.')
    this.#triggers.set(id, { user, at: this.#clock.now(), used: false })
    return id
  }

  openOf(user: string): readonly OpenView[] {
    return (this.#stacks.get(user) ?? []).map(({ id, json }) => ({
      id,
      callbackId: textOf(json.callback_id),
      privateMetadata: textOf(json.private_metadata),
      view: json,
    }))
  }

  homeOf(user: string): Json | undefined {
    return this.#homes.get(user)?.json
  }

  /** @throws SlackFailure `expired_trigger_id`, `exchanged_trigger_id`, `invalid_trigger_id`, … */
  open(trigger: string, view: Json): Json {
    return this.#push(this.#exchange(trigger), view, true)
  }

  /** @throws SlackFailure also `push_limit_reached` */
  push(trigger: string, view: Json): Json {
    return this.#push(this.#exchange(trigger), view, false)
  }

  /** @throws SlackFailure `not_found`, `hash_conflict` */
  update(id: string, view: Json, hash: string | undefined): Json {
    const stored = this.#find(id)
    if (hash !== undefined && hash !== stored.json.hash) throw new SlackFailure('hash_conflict')
    stored.json = this.#checked(view, 'modal', stored.id, stored.rootId)
    this.#changes.signal()
    return stored.json
  }

  publish(user: string, view: Json): Json {
    const id = this.#homes.get(user)?.id ?? this.#workspace.nextId('V')
    const stored = { id, rootId: id, owner: user, json: this.#checked(view, 'home', id, id) }
    this.#homes.set(user, stored)
    this.#changes.signal()
    return stored.json
  }

  /**
   * What the app answered to a submission, made so (`clear`, `update`, `push`, or the view closes).
   *
   * @returns false for an answer that the client cannot show: the person sees an error, and the view stays.
   */
  apply(user: string, id: string, response: unknown): boolean {
    const stack = this.#stacks.get(user) ?? []
    const action = isJson(response) ? response : {}
    const view = isJson(action.view) ? action.view : {}
    switch (action.response_action) {
      case 'errors':
        return areShown(action.errors, stack.find((stored) => stored.id === id)?.json)
      case 'clear':
        this.#stacks.set(user, [])
        break
      case 'update':
        this.update(id, view, undefined)
        break
      case 'push':
        this.#push(user, view, false)
        break
      default:
        this.#stacks.set(
          user,
          stack.filter((stored) => stored.id !== id),
        )
    }
    this.#changes.signal()
    return true
  }

  #exchange(trigger: string): string {
    const found = this.#triggers.get(trigger)
    if (found === undefined) throw new SlackFailure('invalid_trigger_id')
    if (found.used) throw new SlackFailure('exchanged_trigger_id')
    if (this.#clock.now() - found.at > TRIGGER_MS) throw new SlackFailure('expired_trigger_id')
    found.used = true
    return found.user
  }

  #push(user: string, view: Json, asRoot: boolean): Json {
    const stack = asRoot ? [] : (this.#stacks.get(user) ?? [])
    if (stack.length >= LIMIT.stack) throw new SlackFailure('push_limit_reached')
    const id = this.#workspace.nextId('V')
    const rootId = stack[0]?.id ?? id
    const stored = { id, rootId, owner: user, json: this.#checked(view, 'modal', id, rootId) }
    this.#stacks.set(user, [...stack, stored])
    this.#changes.signal()
    return stored.json
  }

  #find(id: string): StoredView {
    const all = [...this.#stacks.values(), [...this.#homes.values()]].flat()
    const found = all.find((view) => view.id === id || view.json.external_id === id)
    if (found === undefined) throw new SlackFailure('not_found')
    return found
  }

  #checked(view: Json, type: 'modal' | 'home', id: string, rootId: string): Json {
    if (Buffer.byteLength(JSON.stringify(view)) > LIMIT.bytes) throw new SlackFailure('view_too_large')
    if (textOf(view.callback_id).length > LIMIT.callbackId)
      throw invalid(`callback_id longer than ${LIMIT.callbackId}`)
    if (view.type !== type) throw invalid(`type must be ${type} [json-pointer:/view/type]`)
    const blocks = new Args(view).blocks() ?? []
    const faults = [...blockFaults(blocks, 'view'), ...(type === 'modal' ? modalFaults(view) : [])]
    if (textOf(view.private_metadata).length > LIMIT.privateMetadata) {
      faults.push(`[ERROR] private_metadata longer than ${LIMIT.privateMetadata}`)
    }
    if (faults.length > 0) throw new SlackFailure('invalid_arguments', faults)
    const hash = this.#workspace.nextId('hash.')
    return {
      private_metadata: '',
      callback_id: '',
      ...view,
      blocks: blocks.map((block) => ({ block_id: this.#workspace.nextId('b'), ...block })),
      id,
      root_view_id: rootId,
      team_id: TEAM.id,
      app_id: BOT.appId,
      bot_id: BOT.botId,
      hash,
    }
  }
}

/** A sentence stands below an input: there is no place for one that names anything else. */
function areShown(errors: unknown, view: Json | undefined): boolean {
  if (view === undefined || !isJson(errors) || Object.keys(errors).length === 0) return false
  const inputs = (new Args(view).blocks() ?? []).filter(({ type }) => type === 'input')
  return Object.entries(errors).every(
    ([id, sentence]) => textOf(sentence) !== '' && inputs.some((block) => block.block_id === id),
  )
}

function modalFaults(view: Json): readonly string[] {
  const faults: string[] = []
  for (const name of ['title', 'submit', 'close']) {
    const label = view[name]
    const text = isJson(label) ? textOf(label.text) : ''
    if (text.length > LIMIT.label) faults.push(`[ERROR] ${name} longer than ${LIMIT.label}`)
    if (name === 'title' && text === '') faults.push('[ERROR] missing required field: title')
  }
  const inputs = (new Args(view).blocks() ?? []).some((block) => block.type === 'input')
  if (inputs && !isJson(view.submit)) faults.push('[ERROR] submit is required with input blocks')
  return faults
}

export function viewMethods(workspace: Workspace, views: Views): Methods {
  const viewOf = (args: Args): Json => {
    const view = args.object('view', 'invalid_arguments')
    if (view === undefined) throw invalid('missing required field: view')
    return view
  }
  return {
    'views.open': (args) => ({ view: views.open(args.need('trigger_id'), viewOf(args)) }),
    'views.push': (args) => ({ view: views.push(args.need('trigger_id'), viewOf(args)) }),
    'views.update': (args) => {
      const id = args.text('view_id') ?? args.need('external_id')
      return { view: views.update(id, viewOf(args), args.text('hash')) }
    },
    'views.publish': (args) => ({
      view: views.publish(workspace.user(args.need('user_id')).id, viewOf(args)),
    }),
  }
}
