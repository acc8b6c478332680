import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import type { Question } from '#core/dialogue/question.ts'
import { browserPath } from './browser.ts'
import type { Workspace } from './workspace.ts'

export const BROWSER_START_MS = 30_000
export const PATIENCE_MS = 20_000

if (browserPath === undefined)
  console.warn('web page: no browser found, skipped. Set CHROMIUM_PATH to run these tests.')

/**
 * A person at the page, signed in. Whatever the page's console calls an error fails the test at its end, unless it
 * is `expected`.
 */
export async function visit(
  browser: Browser,
  space: Workspace,
  name: string,
  look: BrowserContextOptions = {},
  expected = /^$/,
): Promise<Page> {
  const page = await freePage(browser, look)
  page.setDefaultTimeout(PATIENCE_MS / 2)
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (
      message.type() === 'error' &&
      !expected.test(message.text()) &&
      !/ERR_CONNECTION_(REFUSED|RESET)|ERR_INCOMPLETE|status of 503/.test(message.text())
    )
      errors.push(message.text())
  })
  onTestFinished(async () => {
    await leave(browser, look, page)
    expect(errors).toEqual([])
  })
  await page.goto(space.url)
  await page.getByLabel('Your name').fill(name)
  await page.keyboard.press('Enter')
  await page.locator('.workspace').waitFor()
  return page
}

const USUAL = { viewport: { width: 1200, height: 800 } }

/** Pages whose visitor has left. To make one costs a browser more than to show something else on it. */
const free = new WeakMap<Browser, Page[]>()

async function freePage(browser: Browser, look: BrowserContextOptions): Promise<Page> {
  const page = isUsual(look) ? free.get(browser)?.pop() : undefined
  return page ?? (await browser.newContext({ ...USUAL, ...look })).newPage()
}

/** Nothing of a visit is there for the next one. A page of a look of its own is not kept. */
async function leave(browser: Browser, look: BrowserContextOptions, page: Page): Promise<void> {
  const context = page.context()
  page.removeAllListeners()
  const isPlain = isUsual(look) && !page.isClosed() && context.pages().length === 1
  // A page that shows the browser's own words, because its server is gone, has no storage.
  const isEmpty =
    isPlain &&
    (await page.evaluate(FORGET).then(
      () => true,
      () => false,
    ))
  if (!isEmpty) return context.close()
  await page.unrouteAll()
  await page.emulateMedia({ media: null, colorScheme: null, reducedMotion: null })
  await page.goto('about:blank')
  await context.clearCookies()
  free.set(browser, [...(free.get(browser) ?? []), page])
}

const FORGET = 'localStorage.clear(); sessionStorage.clear()'

const isUsual = (look: BrowserContextOptions): boolean => Object.keys(look).length === 0

/** Asks, and waits until the question is shown and has reached the core. */
export async function ask(space: Workspace, page: Page, text: string): Promise<Question> {
  const before = space.host.questions.length
  await page.locator('#composer').fill(text)
  await page.locator('#composer').press('Enter')
  await page.locator('article').filter({ hasText: text }).first().waitFor()
  const question = space.host.questions[before]
  if (question === undefined) throw new Error('the question did not reach the core')
  return question
}
