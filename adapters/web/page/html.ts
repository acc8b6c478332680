import htm from 'htm'
import { type ComponentChildren, h } from 'preact'

/** Markup in template strings, with no build step. Values are text or attributes, never markup. */
export const html: (strings: TemplateStringsArray, ...values: unknown[]) => ComponentChildren =
  htm.bind<ComponentChildren>(h)
