import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CANDIDATES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Where a browser is, or `undefined`; tests that need one are skipped then. */
export const browserPath = CANDIDATES.find((path) => path !== undefined && existsSync(path))

/** A browser that talks to nobody but the page under test. Its profile is fresh and goes with it. */
export function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('No browser found. Set CHROMIUM_PATH.')
  return chromium.launch({
    executablePath: browserPath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
