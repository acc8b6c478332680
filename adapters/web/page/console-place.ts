import { HOME, hashOf } from './route.ts'

/** What of the console is open, as the address says it: `#/console`, `#/console/<dialogue>`, `#/console/review` … */
export type ConsolePlace =
  | { readonly at: 'write' }
  | { readonly at: 'dialogue'; readonly dialogue: string }
  | { readonly at: 'compare' }
  | { readonly at: 'comparison'; readonly task: string }
  | { readonly at: 'review' }
  | { readonly at: 'reviewed'; readonly dialogue: string }

export function readPlace(item: string | undefined): ConsolePlace {
  if (item === undefined) return { at: 'write' }
  if (item === 'compare' || item === 'review') return { at: item }
  const [part = '', ...rest] = item.split('~')
  const name = rest.join('~')
  if (part === 'compare' && name !== '') return { at: 'comparison', task: name }
  if (part === 'review' && name !== '') return { at: 'reviewed', dialogue: name }
  return { at: 'dialogue', dialogue: item }
}

export const consoleHash = (place: ConsolePlace): string => {
  const item = itemOf(place)
  return hashOf(item === undefined ? { ...HOME, at: 'console' } : { ...HOME, at: 'console', item })
}

export function itemOf(place: ConsolePlace): string | undefined {
  switch (place.at) {
    case 'write':
      return undefined
    case 'compare':
    case 'review':
      return place.at
    case 'dialogue':
      return place.dialogue
    case 'comparison':
      return `compare~${place.task}`
    case 'reviewed':
      return `review~${place.dialogue}`
  }
}
