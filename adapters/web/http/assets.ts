import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import type { Hono } from 'hono'
import type { HttpEnv } from './app.ts'
import { importMap, pageHeaders, pageHtml } from './shell.ts'

/** The page's own files. What is not named here is not served, so no path can lead out of the folder. */
export const PAGE_FILES = [
  'app',
  'avatar',
  'changes',
  'client',
  'composer',
  'console',
  'console-autosave',
  'console-consent',
  'console-dialogue',
  'console-editor',
  'console-ghost',
  'console-kept',
  'console-lists',
  'console-open',
  'console-place',
  'console-review',
  'console-script',
  'console-shown',
  'console-suggest',
  'console-turn',
  'conversation',
  'correction',
  'dialog',
  'drafts',
  'editor',
  'help',
  'highlight',
  'html',
  'icons',
  'insights',
  'insights-chart',
  'insights-colours',
  'insights-curves',
  'insights-figure',
  'insights-pictures',
  'insights-sections',
  'insights-training',
  'insights-words',
  'invitation',
  'judging',
  'kept',
  'keys',
  'live',
  'main',
  'markdown',
  'message',
  'model',
  'model-chip',
  'own-message',
  'person-menu',
  'place-frame',
  'places',
  'privacy',
  'rank',
  'ranking',
  'ranking-drag',
  'ranking-kept',
  'ranking-order',
  'ranking-shelf',
  'reactions',
  'reason',
  'reply',
  'route',
  'segments',
  'sending',
  'sidebar',
  'spent',
  'store',
  'switcher',
  'theme',
  'threads',
  'time',
  'votes',
  'welcome',
] as const

/** In the order of the cascade. */
export const STYLE_FILES = [
  'base',
  'lists',
  'conversation',
  'said',
  'controls',
  'forms',
  'insights',
  'judging',
  'ranking',
  'privacy',
  'console',
  'dialogue',
  'narrow',
] as const

/** Browser modules from `node_modules`, by the names the page imports them under. */
export const PACKAGES = [
  'preact',
  'preact/hooks',
  'htm',
  'marked',
  'dompurify',
  'chart.js',
  '@kurkle/color',
  'diff/lib/diff/word.js',
] as const

/** Parts that those import by a path of their own. */
const PACKAGE_PARTS = [
  { package: 'chart.js', path: 'chunks/index.js' },
  { package: 'diff/lib/diff/word.js', path: 'base.js' },
  { package: 'diff/lib/diff/word.js', path: '../util/string.js' },
] as const

interface Asset {
  readonly type: string
  readonly load: () => Promise<string>
}

interface Loaded {
  readonly body: string
  readonly etag: string
}

const assets = new Map<string, Asset>([
  ...PAGE_FILES.map((name): [string, Asset] => [
    `/page/${name}.ts`,
    { type: 'text/javascript', load: async () => strip(await read(`../page/${name}.ts`)) },
  ]),
  ...PACKAGES.map((name): [string, Asset] => [
    `/packages/${name}.js`,
    { type: 'text/javascript', load: () => readFile(new URL(import.meta.resolve(name)), 'utf8') },
  ]),
  ...PACKAGE_PARTS.map((part): [string, Asset] => [
    new URL(part.path, `http://here/packages/${part.package}.js`).pathname,
    {
      type: 'text/javascript',
      load: () => readFile(new URL(part.path, import.meta.resolve(part.package)), 'utf8'),
    },
  ]),
  ...STYLE_FILES.map((name): [string, Asset] => [
    `/page/${name}.css`,
    { type: 'text/css', load: () => read(`../page/${name}.css`) },
  ]),
  ['/icon.svg', { type: 'image/svg+xml', load: () => read('../page/icon.svg') }],
])

/** The page, its styles and its modules. No build: types are taken out as a file is first asked for. */
export function assetRoutes(app: Hono<HttpEnv>): void {
  const map = importMap(PACKAGES)
  const html = pageHtml({ map, styles: namesOf('.css'), modules: namesOf('.ts') })
  const headers = pageHeaders(map)

  app.get('/', (c) => c.html(html, 200, headers))

  for (const [path, asset] of assets) {
    app.get(path, async (c) => {
      const { body, etag } = await fetchAsset(path, asset)
      const headers = { 'content-type': `${asset.type}; charset=utf-8`, etag, 'cache-control': 'no-cache' }
      return c.req.header('if-none-match') === etag ? c.body(null, 304, headers) : c.body(body, 200, headers)
    })
  }
}

/** Files do not change while the process lives: each is read, and its types taken out, once. */
const loaded = new Map<string, Promise<Loaded>>()

function fetchAsset(path: string, asset: Asset): Promise<Loaded> {
  const found = loaded.get(path)
  if (found !== undefined) return found
  const loading = asset.load().then((body) => ({ body, etag: `"${digest(body)}"` }))
  loaded.set(path, loading)
  // A file that could not be read now may be readable later.
  loading.catch(() => loaded.delete(path))
  return loading
}

const namesOf = (ending: string): readonly string[] =>
  [...assets.keys()].filter((path) => path.endsWith(ending))

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8')

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22)

/** Node says once that stripping is experimental, to whoever started Parley: it is our choice, not theirs. */
function strip(source: string): string {
  const warn = process.emitWarning
  process.emitWarning = () => undefined
  try {
    return stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = warn
  }
}
