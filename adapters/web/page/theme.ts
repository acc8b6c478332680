type Theme = 'light' | 'dark'

const KEY = 'parley.theme'
const darkSystem = matchMedia('(prefers-color-scheme: dark)')

/** The system's choice holds until the person makes one; choosing what the system has goes back to following it. */
export function toggleTheme(): void {
  const next: Theme = shownTheme() === 'dark' ? 'light' : 'dark'
  const system: Theme = darkSystem.matches ? 'dark' : 'light'
  if (next === system) {
    delete document.documentElement.dataset.theme
    store((storage) => storage.removeItem(KEY))
  } else {
    document.documentElement.dataset.theme = next
    store((storage) => storage.setItem(KEY, next))
  }
}

export function restoreTheme(): void {
  store((storage) => {
    const kept = storage.getItem(KEY)
    if (kept === 'light' || kept === 'dark') document.documentElement.dataset.theme = kept
  })
}

function shownTheme(): Theme {
  const chosen = document.documentElement.dataset.theme
  if (chosen === 'light' || chosen === 'dark') return chosen
  return darkSystem.matches ? 'dark' : 'light'
}

function store(use: (storage: Storage) => void): void {
  try {
    use(localStorage)
  } catch {
    // Storage is switched off: the choice lasts until the page is closed.
  }
}
