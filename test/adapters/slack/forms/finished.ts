import type { Control } from '#core/delivery/surface.ts'
import type { SlackPerson } from '#test/platforms/slack/simulator.ts'
import { VirtualClock } from '#test/virtual-clock.ts'
import { asked, never, REPLY, type Running, type RunningOptions, running } from '../running.ts'

const CONTROLS: readonly Control[] = ['good', 'bad', 'regenerate', 'correct', 'compare']

/** A finished reply that offers everything, and Bob, who presses something below it. */
export async function finished(options: RunningOptions = {}) {
  const app = await running(options)
  const reply = await asked(app)
  const shown = await reply.surface.show({ parts: ['one two'], finished: true, controls: CONTROLS }, never)
  return { ...app, app, ...desk(app), reply, ...peopleOf(app, { channel: app.channel, ts: shown[0] ?? '' }) }
}

const desk = ({ host }: Running) => ({ answers: host.deskAnswers })

function peopleOf({ simulator }: Running, at: { channel: string; ts: string }) {
  const bob = simulator.person('bob')
  const press = (who: SlackPerson, control: Control) =>
    who.click(at, `parley:${control === 'bad' ? 'vote' : control}:${REPLY}`, `${control}:${REPLY}`)
  /** A form that is filled; a busy machine may show it empty first. */
  const opened = async (who: SlackPerson = bob) => {
    await simulator.until(() => simulator.views(who).some(({ view }) => view.notify_on_close !== true))
    return form(who)
  }
  const openedEmpty = async () => {
    await simulator.until(() => simulator.views(bob).some(({ view }) => view.notify_on_close === true))
    return form()
  }
  const form = (who: SlackPerson = bob) => {
    const [view] = simulator.views(who)
    return { callback: view?.callbackId, says: JSON.stringify(view?.view ?? '') }
  }
  return {
    ...{ at, bob, press, opened, openedEmpty, form },
    told: () => simulator.ephemerals.map(({ user, text, threadTs }) => ({ user, text, threadTs })),
    /** The newest view says this. */
    says: (words: string, who: SlackPerson = bob) =>
      simulator.until(() => form(who).says.includes(JSON.stringify(words).slice(1, -1))),
  }
}

export const rank = (places: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(places).map(([slot, place]) => [slot, { value: place }]))

/** Time stands still until a test says otherwise; Slack's own clock too. */
export async function slowly(ms: number, options: RunningOptions = {}) {
  const clock = new VirtualClock(Date.now())
  const world = await finished({ clock, ...options })
  return { ...world, pass: (more = ms) => clock.advance(more) }
}
/** What is not ready by then is opened empty. */
export const NOT_READY_MS = 700

/** The only button in these blocks. */
export function buttonIn(blocks: readonly object[]) {
  const [button] = blocks.flatMap((block) => ('elements' in block ? [Object(block.elements)[0]] : []))
  return { actions: String(button?.action_id), text: String(button?.text.text) }
}
