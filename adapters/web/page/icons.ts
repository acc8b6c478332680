import { html } from './html.ts'

/** Drawn here, so that they look the same everywhere and take the text's colour. 24 × 24, strokes of 1.75. */
const PATHS = {
  thumbsUp:
    'M7 10.5v9.5M7 10.5 10.6 3.4c1.5 0 2.6 1.1 2.6 2.6v3.2h5.2c1.3 0 2.3 1.2 2 2.5l-1.3 6.6A2.1 2.1 0 0 1 17 20H7M7 10.5H4.5A1.5 1.5 0 0 0 3 12v6.5A1.5 1.5 0 0 0 4.5 20H7',
  thumbsDown:
    'M17 13.5V4M17 13.5 13.4 20.6c-1.5 0-2.6-1.1-2.6-2.6v-3.2H5.6c-1.3 0-2.3-1.2-2-2.5l1.3-6.6A2.1 2.1 0 0 1 7 4h10M17 13.5h2.5A1.5 1.5 0 0 0 21 12V5.5A1.5 1.5 0 0 0 19.5 4H17',
  heart:
    'M12 20.3C5.3 15.9 3 12.4 3 9.1A4.7 4.7 0 0 1 7.7 4.4c1.8 0 3.4 1 4.3 2.5.9-1.5 2.5-2.5 4.3-2.5A4.7 4.7 0 0 1 21 9.1c0 3.3-2.3 6.8-9 11.2Z',
  party:
    'M4 20 8.5 8.5l7 7L4 20ZM13 9c.3-2.2 1.6-3.3 3-3M14 4.5v-1M18.5 5.5l.7-.7M20 9.5h1M15.5 11.5c1.9-.9 3.6-.4 4.5 1M8.5 4.5h.01M20 17h.01',
  confused: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9 9.8v.4M15 9.8v.4M8.5 16c1.8-1.7 4-2.4 6.5-1.9',
  eyes: 'M7 18c2 0 3.5-2.7 3.5-6S9 6 7 6s-3.5 2.7-3.5 6S5 18 7 18ZM17 18c2 0 3.5-2.7 3.5-6S19 6 17 6s-3.5 2.7-3.5 6 1.5 6 3.5 6ZM8.3 13.8v-1.6M18.3 13.8v-1.6',
  addReaction:
    'M20.5 11a8.6 8.6 0 1 1-7.5-7.5M8.3 14.3c.9 1.2 2.2 1.9 3.7 1.9s2.8-.7 3.7-1.9M9 9.5v.2M15 9.5v.2M19 2.8v5.4M16.3 5.5h5.4',
  send: 'M12 19V5M5.5 11.5 12 5l6.5 6.5',
  plus: 'M12 5v14M5 12h14',
  again: 'M20 11a8 8 0 0 0-14.6-3.6L3.5 9.5M3.5 4.5v5h5M4 13a8 8 0 0 0 14.6 3.6l1.9-2.1M20.5 19.5v-5h-5',
  stop: 'M8 6.5h8A1.5 1.5 0 0 1 17.5 8v8a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 16V8A1.5 1.5 0 0 1 8 6.5Z',
  edit: 'M4 20l.8-4L16.2 4.6a1.7 1.7 0 0 1 2.4 0l.8.8a1.7 1.7 0 0 1 0 2.4L8 19.2 4 20ZM14 7l3 3',
  bin: 'M4.5 6.5h15M9.5 6.5v-2h5v2M6.5 6.5l.8 12a1.5 1.5 0 0 0 1.5 1.4h6.4a1.5 1.5 0 0 0 1.5-1.4l.8-12M10 10.5v5.5M14 10.5v5.5',
  forward: 'M9 5l7 7-7 7',
  back: 'M15 5l-7 7 7 7',
  moon: 'M20 14.5A8.3 8.3 0 0 1 9.5 4a8.3 8.3 0 1 0 10.5 10.5Z',
  copy: 'M9 9h9.5A1.5 1.5 0 0 1 20 10.5V19a1.5 1.5 0 0 1-1.5 1.5H10A1.5 1.5 0 0 1 8.5 19V9ZM15.5 9V5A1.5 1.5 0 0 0 14 3.5H5.5A1.5 1.5 0 0 0 4 5v8.5A1.5 1.5 0 0 0 5.5 15H8.5',
  insights: 'M4 20h16M6.5 16.5v-5M12 16.5V5M17.5 16.5v-8',
  down: 'M12 5v14M5.5 12.5 12 19l6.5-6.5',
  shield: 'M12 3.5 5 6v5.5c0 4.3 2.8 7.6 7 9 4.2-1.4 7-4.7 7-9V6l-7-2.5ZM9 12l2.2 2.2L15.2 10',
  compare: 'M4 5.5h6.5v13H4v-13ZM13.5 5.5H20v13h-6.5v-13ZM6.5 9H8M6.5 12H8M16 9h1.5M16 12h1.5',
  leave: 'M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9',
} as const

export type IconName = keyof typeof PATHS

export const Icon = ({ name, filled = false }: { readonly name: IconName; readonly filled?: boolean }) =>
  html`<svg class=${filled ? 'icon filled' : 'icon'} viewBox="0 0 24 24" aria-hidden="true"><path d=${PATHS[name]} /></svg>`

/** The mark: two speech bubbles, one answering the other. */
export const Mark = () =>
  html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <path class="mark-a" d="M9 3.5h9a6 6 0 0 1 6 6v2a6 6 0 0 1-6 6h-7l-5.3 3.8a.8.8 0 0 1-1.2-.8l.5-4.3A6 6 0 0 1 3 11.5v-2a6 6 0 0 1 6-6Z" />
    <path class="mark-b" d="M18.5 14.5h6a4.7 4.7 0 0 1 4.7 4.7v1.3a4.7 4.7 0 0 1-1.7 3.6l.3 2.9a.8.8 0 0 1-1.2.8L23 25.2h-4.5a4.7 4.7 0 0 1-4.7-4.7v-1.3a4.7 4.7 0 0 1 4.7-4.7Z" />
  </svg>`
