/** The page's colours, for what CSS cannot paint: a canvas. */
export interface Colours {
  readonly ink: string
  readonly soft: string
  readonly line: string
  readonly good: string
  readonly bad: string
  readonly chance: string
}

const TOKENS: Readonly<Record<keyof Colours, string>> = {
  ink: '--ink',
  soft: '--muted',
  line: '--line',
  good: '--accent',
  bad: '--warm',
  chance: '--line-strong',
}

/** As they are now: each token names a colour for light and one for dark, and a browser says which one holds. */
export function coloursNow(): Colours {
  const probe = document.createElement('span')
  probe.hidden = true
  document.body.append(probe)
  const read = (token: string): string => {
    probe.style.color = `var(${token})`
    return getComputedStyle(probe).color
  }
  const { ink, soft, line, good, bad, chance } = TOKENS
  const colours = {
    ...{ ink: read(ink), soft: read(soft), line: read(line) },
    ...{ good: read(good), bad: read(bad), chance: read(chance) },
  }
  probe.remove()
  return colours
}

/** Told when light becomes dark or dark light, by the person's choice or the system's. @returns stops it. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  const chosen = new MutationObserver(listener)
  system.addEventListener('change', listener)
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    system.removeEventListener('change', listener)
    chosen.disconnect()
  }
}
