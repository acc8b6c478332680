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
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...look })
  const page = await context.newPage()
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
    await context.close()
    expect(errors).toEqual([])
  })
  await page.goto(space.url)
  await page.getByLabel('Your name').fill(name)
  await page.keyboard.press('Enter')
  await page.locator('.workspace').waitFor()
  return page
}

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
