import { neighbour, newestAnswer, underWay } from './model.ts'
import type { Store } from './store.ts'
import { toggleTheme } from './theme.ts'

/** Keys that work anywhere on the page. Single letters are left alone while one writes. */
export function handleKey(event: KeyboardEvent, store: Store, showHelp: () => void): void {
  if (event.ctrlKey || event.metaKey || event.isComposing || document.querySelector('dialog[open]')) return
  const writing = event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
  const named = event.altKey ? altKey(event.key) : writing ? fieldKey(event.key) : pageKey(event.key)
  // What is being written is what one most wants to get out of; a second press leaves the field.
  const { channel, thread, at } = store.state.route
  const isHidden = at !== undefined
  const name = event.key === 'Escape' && !isHidden && underWay(store.state) !== null ? 'stop' : named
  // What cannot be seen is not to be changed by a slip.
  if (name === undefined || (isHidden && name === 'again')) return
  event.preventDefault()
  const actions: Readonly<Record<Action, () => void>> = {
    next: () => step(store, 1),
    previous: () => step(store, -1),
    new: () => store.go({ channel, thread: 'new' }),
    write: () => document.getElementById('composer')?.focus(),
    leave: () => event.target instanceof HTMLElement && event.target.blur(),
    back: () => store.go({ channel, thread: isHidden ? thread : null }),
    stop: () => void store.stop(),
    again: () => {
      const answer = newestAnswer(store.state)
      if (answer !== undefined) void store.again(answer)
    },
    theme: toggleTheme,
    help: showHelp,
  }
  actions[name]()
}

type Action = 'next' | 'previous' | 'new' | 'write' | 'leave' | 'back' | 'stop' | 'again' | 'theme' | 'help'

const altKey = (key: string): Action | undefined =>
  key === 'ArrowDown' ? 'next' : key === 'ArrowUp' ? 'previous' : undefined

const fieldKey = (key: string): Action | undefined => (key === 'Escape' ? 'leave' : undefined)

const PAGE_KEYS: Readonly<Record<string, Action>> = {
  j: 'next',
  k: 'previous',
  n: 'new',
  '/': 'write',
  r: 'again',
  t: 'theme',
  '?': 'help',
  Escape: 'back',
}
const pageKey = (key: string): Action | undefined => PAGE_KEYS[key]

function step(store: Store, by: 1 | -1): void {
  const thread = neighbour(store.state, by)
  if (thread !== undefined) store.go({ channel: store.state.route.channel, thread })
}

/** Arrow keys move the focus along the links of a list. */
export function moveInList(event: KeyboardEvent): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  const { currentTarget, target } = event
  if (
    step === 0 ||
    event.altKey ||
    !(currentTarget instanceof HTMLElement) ||
    !(target instanceof HTMLElement)
  )
    return
  const links: HTMLElement[] = [...currentTarget.querySelectorAll('a')]
  const next = links[links.indexOf(target) + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
