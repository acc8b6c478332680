import type { Shown } from './api.ts'
import { type ButtonLook, buttons, text } from './parts.ts'

/** A sentence, and what can be pressed below it. Pure. */
export const saying = (say: string, ...below: readonly ButtonLook[]): Shown => ({
  components: [text(say), ...(below.length === 0 ? [] : [buttons(...below)])],
})
