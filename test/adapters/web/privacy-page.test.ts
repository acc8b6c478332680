/** The privacy page in a real browser (rules S2, S3). */
import { readFile } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { draftingModel } from '#test/scenarios/models.ts'
import { run } from '#test/scenarios/running.ts'
import { webWorld } from '#test/scenarios/worlds/web.ts'
import { browserPath, openBrowser } from './browser.ts'
import { BROWSER_START_MS, PATIENCE_MS, visit } from './visiting.ts'
import { type Workspace, workspace } from './workspace.ts'

describe.skipIf(browserPath === undefined)('the privacy page', { timeout: PATIENCE_MS }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, BROWSER_START_MS)
  afterAll(() => browser?.close())

  const open = async (space: Workspace): Promise<Page> => {
    // Whatever was on its way while everything was erased.
    const page = await visit(browser, space, 'Ana', {}, /status of 401/)
    await page.locator('.sidebar').getByRole('button', { name: 'Ana' }).click()
    await page.getByRole('link', { name: 'Your privacy' }).click()
    await page.getByText('This is kept of you: messages (2).').waitFor()
    return page
  }
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

  test('S2, S3: consent is a switch that is off until it is turned on; a copy is a file', async () => {
    await using space = await workspace()
    const page = await open(space)
    expect(await page.title()).toBe('Your privacy · Parley')
    const consent = page.getByRole('switch', { name: 'Training' })
    expect(await consent.getAttribute('aria-checked')).toBe('false')
    space.host.deskAnswers.view = {
      consent: { training: true, since: Date.UTC(2026, 10, 23) },
      kept: [{ what: 'messages', count: 2 }],
    }
    await consent.focus()
    await page.keyboard.press('Space')
    await page.getByText('You can take this back at any time.').waitFor()
    expect(await consent.getAttribute('aria-checked')).toBe('true')
    await page.getByText('Since November 23, 2026 you allow it to be used for training.').waitFor()
    expect(space.host.consents.map(({ training }) => training)).toEqual([true])

    const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Download').click()])
    expect(download.suggestedFilename()).toBe('parley-my-data.jsonl')
    expect(await readFile(await download.path(), 'utf8')).toBe('{"what":"message","text":"hello"}\n')
    await page.getByText('Here is a copy of everything that is kept of you.').waitFor()
  })

  test('S3: erasing asks once more; then everything typed here is gone, and one begins anew', async () => {
    await using space = await workspace()
    const page = await open(space)
    await page.goto(`${space.url}/#general/new`)
    await page.locator('#composer').fill('half a thought')
    await page.locator('#composer').fill('/parley privacy')
    await page.locator('#composer').press('Enter')
    await button(page, 'Erase…').click()
    await page.getByText('It cannot be undone.').waitFor()
    // Enter does no harm.
    await page.keyboard.press('Enter')
    await button(page, 'Erase…').click()
    await page.keyboard.press('Escape')
    expect(space.host.erased).toEqual([])
    await page.evaluate(`localStorage.setItem('parley.draft.new:general', '{"text":"half a thought"}')`)
    await button(page, 'Erase…').click()
    await button(page, 'Erase it').click()
    await page.getByText('Everything that was kept of you is erased.').waitFor()
    expect(space.host.erased).toHaveLength(1)
    expect(
      await page.evaluate(`Object.keys(localStorage).filter((name) => name.startsWith('parley.draft'))`),
    ).toEqual([])
    await page.getByLabel('Your name').fill('Bea')
    await page.keyboard.press('Enter')
    await page.locator('.workspace').waitFor()
  })

  test('S3: with the real core behind it, whoever is erased is told so, and the page forgets what they said', async () => {
    const world = await webWorld()
    const parley = await run([world], { model: draftingModel() })
    onTestFinished(() => parley.stop(0))
    const page = await (await browser.newContext()).newPage()
    page.setDefaultTimeout(PATIENCE_MS / 2)
    onTestFinished(() => page.context().close())
    await page.goto(parley.url)
    await page.getByLabel('Your name').fill('Ana')
    await page.keyboard.press('Enter')
    await page.locator('#composer').fill('a name')
    await page.keyboard.press('Enter')
    await page.locator('.reply').getByText('Draft 1 for Answering Ana: a name.').waitFor()
    await button(page, 'Bad reply').click()
    await button(page, 'Wrong').click()
    await page.keyboard.press('Control+Enter')
    await page.getByText('Thank you, your reason is noted.').waitFor()
    await expect.poll(async () => (await parley.events()).map(({ kind }) => kind)).toEqual(['vote', 'reason'])
    await page.goto(`${parley.url}/#/privacy`)
    await page.getByText('This is kept of you:').waitFor()
    await button(page, 'Erase…').click()
    await button(page, 'Erase it').click()
    await page.getByText('Everything that was kept of you is erased.').waitFor()
    expect(await parley.events()).toEqual([])
    await page.getByLabel('Your name').fill('Bea')
    await page.keyboard.press('Enter')
    await page.locator('.thread-list').getByText('A deleted question').waitFor()
    expect(await page.getByText('Draft 1').count()).toBe(0)
  })

  test('what does not work is said, and can be tried again', async () => {
    await using space = await workspace()
    space.host.deskAnswers.fault = new Error('the store is down')
    const page = await visit(browser, space, 'Ana')
    await page.goto(`${space.url}/#/privacy`)
    await page.getByText('That did not work. Please try again in a moment.').waitFor()
    delete space.host.deskAnswers.fault
    await button(page, 'Try again').click()
    await page.getByRole('switch').waitFor()
    space.host.deskAnswers.fault = new Error('the store is down')
    await page.getByRole('switch').click()
    await page.getByText('That did not work. Please try again in a moment.').waitFor()
    expect(await page.getByRole('switch').getAttribute('aria-checked')).toBe('false')
    await button(page, 'Download').click()
    await button(page, 'Erase…').click()
    await button(page, 'Erase it').click()
    await page.getByText('That did not work.').waitFor()
    expect(space.host.erased).toEqual([])
  })
})
