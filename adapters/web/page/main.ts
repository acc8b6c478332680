/**
 * The workspace page, as a browser runs it: TypeScript with its types taken out, no bundle, modules by import map.
 *
 * `model.ts` says how events change what is shown, `store.ts` talks to the server, the rest draws.
 */
import { render } from 'preact'
import { App } from './app.ts'
import { html } from './html.ts'
import { createStore } from './store.ts'
import { restoreTheme } from './theme.ts'

restoreTheme()
const store = createStore()
store.start()
const root = document.getElementById('root')
if (root === null) throw new Error('page: there is no #root to draw into')
render(html`<${App} store=${store} />`, root)
