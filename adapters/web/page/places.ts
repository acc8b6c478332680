import { html } from './html.ts'
import { Icon } from './icons.ts'
import { HOME, hashOf, type Route } from './route.ts'

/** The pages beside the conversations. */
export const Places = ({ route }: { readonly route: Route }) =>
  html`<ul class="places" aria-label="Pages">
    <li>
      <a href=${hashOf({ ...HOME, at: 'console' })} aria-current=${route.at === 'console' ? 'page' : undefined}>
        <${Icon} name="console" /> Console
      </a>
    </li>
    <li>
      <a href=${hashOf({ ...HOME, at: 'insights' })} aria-current=${route.at === 'insights' ? 'page' : undefined}>
        <${Icon} name="insights" /> Insights
      </a>
    </li>
  </ul>`
