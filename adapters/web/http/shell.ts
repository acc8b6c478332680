import { createHash } from 'node:crypto'

export const importMap = (packages: readonly string[]): string =>
  JSON.stringify({ imports: Object.fromEntries(packages.map((name) => [name, `/packages/${name}.js`])) })

/** Everything comes from here; the one inline script is the import map, known by its digest. */
export function pageHeaders(map: string): Record<string, string> {
  const digest = createHash('sha256').update(map).digest('base64')
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'sha256-${digest}'`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    // Only what DOMPurify has cleaned may become markup, in browsers that enforce it.
    "require-trusted-types-for 'script'",
    'trusted-types dompurify',
  ]
  return { 'content-security-policy': policy.join('; '), 'cache-control': 'no-cache' }
}

interface PageParts {
  readonly map: string
  readonly styles: readonly string[]
  readonly modules: readonly string[]
}

/** An empty page that loads the rest. `modules` are named so that they are fetched at once, not one after another. */
export const pageHtml = ({ map, styles, modules }: PageParts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>Parley</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
${styles.map((path) => `<link rel="stylesheet" href="${path}">`).join('\n')}
<script type="importmap">${map}</script>
${modules.map((path) => `<link rel="modulepreload" href="${path}">`).join('\n')}
<script type="module" src="/page/main.ts"></script>
</head>
<body>
<div id="root"></div>
<noscript>Parley's workspace needs JavaScript.</noscript>
</body>
</html>
`
