import DOMPurify from 'dompurify'
import { Marked, type Token } from 'marked'
import { useMemo } from 'preact/hooks'
import { escapeHtml, highlight } from './highlight.ts'
import { html } from './html.ts'

/** What Markdown makes, and the few tags that people and models write by hand. */
const TAGS =
  `p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code table thead tbody tr th td a strong em del s sub
  sup kbd mark u details summary div span button`.split(/\s+/)
const ATTRIBUTES = [
  'href',
  'title',
  'class',
  'start',
  'align',
  'type',
  'target',
  'rel',
  'open',
  'data-copy',
  'tabindex',
  'role',
  'aria-label',
]

/** Written by hand these stay markup; anything else with angle brackets is text that the reader must see (D1). */
const BY_HAND = /^<\/?(br|sub|sup|kbd|mark|u|s|del|details|summary)\s*\/?>$/i
const WEB_LINK = /^(https?:|mailto:)/i

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => (BY_HAND.test(text.trim()) ? text : escapeHtml(text)),
    // An image would tell its server who reads: it becomes a link that one may follow.
    image: ({ href, text }) => link(href, escapeHtml(text === '' ? href : text)),
    link({ href, tokens }) {
      return link(href, this.parser.parseInline(tokens))
    },
    checkbox: ({ checked }) =>
      `<span class="check" role="img" aria-label="${checked ? 'done' : 'to do'}">${checked ? '☑' : '☐'}</span> `,
    code({ text, lang }) {
      const language = /^[\w+#.-]{1,20}/.exec(lang ?? '')?.[0] ?? ''
      return `<div class="code"><div class="code-head"><span>${escapeHtml(language)}</span><button type="button" data-copy="code">Copy</button></div><pre tabindex="0"><code>${highlight(text, language.toLowerCase())}</code></pre></div>`
    },
    table(token) {
      const cells = (row: typeof token.header, tag: string): string =>
        row
          .map(
            ({ tokens, align }) =>
              `<${tag}${align ? ` align="${align}"` : ''}>${this.parser.parseInline(tokens)}</${tag}>`,
          )
          .join('')
      const body = token.rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')
      return `<div class="table" tabindex="0" role="region" aria-label="Table"><table><thead><tr>${cells(token.header, 'th')}</tr></thead><tbody>${body}</tbody></table></div>`
    },
  },
})

function link(href: string, label: string): string {
  if (!WEB_LINK.test(href)) return label
  return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow">${label}</a>`
}

/** Cleaned markup; browsers with Trusted Types take nothing else. */
const clean = (markup: string) =>
  DOMPurify.sanitize(markup, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_TRUSTED_TYPE: true,
  })

/**
 * Markdown as it reads now. Each block at the top is an element of its own, made once for its text, so that while a
 * reply grows only its last block is drawn again: no flicker, and a selection above it stays.
 */
export function Markdown({ text, growing }: { readonly text: string; readonly growing: boolean }) {
  const blocks = useMemo(
    () => marked.lexer(text).filter(({ type }) => type !== 'space' && type !== 'def'),
    [text],
  )
  return html`<div class=${growing ? 'md growing' : 'md'} onClick=${copyCode}>
    ${blocks.map((token, index) => html`<${Block} key=${index} token=${token} />`)}
  </div>`
}

function Block({ token }: { readonly token: Token }) {
  const markup = useMemo(() => ({ __html: clean(marked.parser([token])) }), [token.type, token.raw])
  // Each reads from the side from which its first word does.
  return html`<div dir="auto" dangerouslySetInnerHTML=${markup} />`
}

/** Milliseconds that a button says that it worked. */
const COPIED_MS = 1_600

function copyCode({ target }: MouseEvent): void {
  const button = target instanceof Element ? target.closest('button[data-copy]') : null
  const code = button?.closest('.code')?.querySelector('code')
  if (button instanceof HTMLElement && code) void copyText(code.textContent ?? '', button)
}

/** Copy, and let the button say so for a moment. */
export async function copyText(text: string, button: HTMLElement): Promise<void> {
  const label = button.textContent
  const said = await navigator.clipboard?.writeText(text).then(
    () => 'Copied',
    () => undefined,
  )
  // Over plain HTTP from another machine browsers allow no clipboard; the person can still select.
  button.textContent = said ?? 'Press Ctrl+C'
  if (said === undefined) selectIn(button)
  setTimeout(() => {
    button.textContent = label
  }, COPIED_MS)
}

function selectIn(button: HTMLElement): void {
  const code =
    button.closest('.code')?.querySelector('code') ?? button.closest('article')?.querySelector('.md')
  if (code) getSelection()?.selectAllChildren(code)
}
