/** Opening a dialogue, with whatever pages that are gone have typed in it and could not save. */
import type { DialogueSaved, DialogueView } from '../protocol.ts'
import { client, RequestError } from './client.ts'
import { type Body, leftover } from './console-autosave.ts'
import { forgetScript, type KeptScript, keptScripts } from './console-kept.ts'
import { isSame } from './console-script.ts'

/** Milliseconds after which what a page has typed is no longer about to be saved by that page itself. */
const LIVING_MS = 30_000

export interface OpenedDialogue {
  readonly dialogue: DialogueView
  /** What the person goes on with, in place of what the server has. */
  readonly newer: KeptScript | undefined
  /** Where text that stood in its way has gone, in the server's words. */
  readonly aside: { readonly dialogue: string; readonly say: string } | undefined
  /** Text that cannot be kept, and why. */
  readonly stuck: { readonly kept: KeptScript; readonly say: string } | undefined
}

/** The server, and this browser's storage. Requests throw RequestError. */
export interface Ends {
  readonly read: (dialogue: string) => Promise<DialogueView>
  readonly save: (dialogue: string, body: Body) => Promise<DialogueSaved>
  readonly kept: () => readonly KeptScript[]
  readonly forget: (kept: KeptScript) => void
}

export const endsOf = (person: string): Ends => ({
  read: client.dialogue,
  save: client.saveDialogue,
  kept: () => keptScripts(person),
  forget: (kept) => forgetScript(person, kept),
})

/** @throws RequestError */
export async function openDialogue(id: string, ends: Ends): Promise<OpenedDialogue> {
  const dialogue = await ends.read(id)
  const left = ends.kept().filter((kept) => kept.dialogue === id)
  const unknown = left.filter((kept) => leftover(kept, dialogue) !== 'known')
  for (const kept of left) if (!unknown.includes(kept)) ends.forget(kept)
  const [only] = unknown
  const canGoOn = only !== undefined && unknown.length === 1 && dialogue.mine && dialogue.status === 'draft'
  if (canGoOn && leftover(only, dialogue) === 'newer')
    return { dialogue, newer: only, aside: undefined, stuck: undefined }
  const delivered: Delivered[] = []
  for (const kept of unknown) delivered.push(await deliver(kept, ends))
  return {
    // What was told to the server may stand here now.
    dialogue: delivered.length === 0 ? dialogue : await ends.read(id),
    newer: undefined,
    aside: delivered.find(({ aside }) => aside !== undefined)?.aside,
    stuck: delivered.find(({ stuck }) => stuck !== undefined)?.stuck,
  }
}

/** Dialogues that nobody has opened again. @returns how many were saved. @throws RequestError */
export async function deliverLeftovers(ends: Ends, now: number): Promise<number> {
  let saved = 0
  for (const kept of ends.kept().filter(({ at }) => now - at > LIVING_MS)) {
    const { stuck } = await deliver(kept, ends)
    if (stuck === undefined) saved += 1
  }
  return saved
}

type Delivered = Partial<Pick<OpenedDialogue, 'aside' | 'stuck'>>

/** Exactly as the page would have sent it: should that page still live, it finds out. @throws RequestError */
async function deliver(kept: KeptScript, ends: Ends): Promise<Delivered> {
  try {
    const saved = await sent(kept, kept.tab, ends)
    ends.forget(kept)
    return saved.say === undefined ? {} : { aside: { dialogue: saved.dialogue, say: saved.say } }
  } catch (thrown) {
    const isRefused = thrown instanceof RequestError && thrown.status >= 400 && thrown.status < 500
    if (!isRefused || thrown.status === 401) throw thrown
    return { stuck: { kept, say: thrown.message } }
  }
}

/** A page that was taken for dead has saved under this name before, and gone on typing: then under another one. */
async function sent(kept: KeptScript, tab: string, ends: Ends): Promise<DialogueSaved> {
  const { dialogue, base, nth, isVersion, script } = kept
  const saved = await ends.save(dialogue, { ...script, base, tab, nth, isVersion })
  if (!saved.known || isSame(script, await ends.read(saved.dialogue))) return saved
  return sent(kept, `${tab}-`, ends)
}
