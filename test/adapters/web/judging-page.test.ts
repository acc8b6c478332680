/** Saying why a reply was bad, and writing a better one, in a real browser. Skipped without one. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { browserPath, openBrowser } from './browser.ts'
import { answeredAt, type Judged } from './judging.ts'
import { BROWSER_START_MS, PATIENCE_MS, visit } from './visiting.ts'
import { type Workspace, workspace } from './workspace.ts'

/** What the console calls an error, and the page tells plainly. */
const REFUSED = /status of 409/

describe.skipIf(browserPath === undefined)('judging a reply', { timeout: PATIENCE_MS }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, BROWSER_START_MS)
  afterAll(() => browser?.close())

  const begin = async (
    space: Workspace,
    text?: string,
    look?: Parameters<typeof visit>[3],
  ): Promise<Judged & { readonly page: Page }> => {
    const page = await visit(browser, space, 'Ana', look, REFUSED)
    if (look !== undefined) await page.goto(`${space.url}/#general/new`)
    return { page, ...(await answeredAt(space, page, text)) }
  }
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const form = (page: Page, name: string) => page.getByRole('form', { name })
  const focused = (page: Page) => page.evaluate<string>('document.activeElement?.outerHTML ?? ""')

  test('F1: a bad vote is noted at once; the reason comes after it, and one press leaves it out', async () => {
    await using space = await workspace()
    const { page, reply } = await begin(space)
    await button(page, 'Bad reply').click()
    await form(page, 'What was wrong?').waitFor()
    expect(space.host.votes).toMatchObject([{ reply, value: 'bad' }])
    // Nobody is taken away from what they do.
    expect(await focused(page)).toContain('data-vote="bad"')
    await button(page, 'Not now').click()
    await form(page, 'What was wrong?').waitFor({ state: 'detached' })
    expect(await focused(page)).toContain('data-vote="bad"')
    await button(page, 'Bad reply').click()
    await button(page, 'Wrong').click()
    await button(page, 'Too long').click()
    await page.getByLabel('In your own words').fill('It is **not** a fish.')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Thank you, your reason is noted.').waitFor()
    expect(space.host.reasons).toMatchObject([
      { reply, tags: ['wrong', 'too_long'], text: 'It is **not** a fish.' },
    ])
    expect(space.host.votes).toHaveLength(1)
    // Somebody who thinks better of it is not asked what was wrong.
    await button(page, 'Bad reply').click()
    await form(page, 'What was wrong?').waitFor()
    await button(page, 'Good reply').click()
    await form(page, 'What was wrong?').waitFor({ state: 'detached' })
    expect(space.host.votes).toHaveLength(2)
  })

  test('what is said of a reason stays through a reload, a server that is away, and a refusal', async () => {
    await using space = await workspace()
    const { page } = await begin(space)
    await button(page, 'Bad reply').click()
    await button(page, 'Ignored my question').click()
    await page.getByLabel('In your own words').fill('I asked for a name')
    await page.reload()
    await form(page, 'What was wrong?').waitFor()
    expect(await page.getByLabel('In your own words').inputValue()).toBe('I asked for a name')
    expect(await button(page, 'Ignored my question').getAttribute('aria-pressed')).toBe('true')

    await space.restart(async () => {
      await button(page, 'Send').first().click()
      await page.getByText('Your text is kept here').waitFor()
    })
    space.host.deskAnswers.outcome = { ok: false, say: 'This message was deleted meanwhile.' }
    await form(page, 'What was wrong?').getByRole('button', { name: 'Send' }).click()
    await page.getByText('This message was deleted meanwhile.').waitFor()
    expect(await page.getByLabel('In your own words').inputValue()).toBe('I asked for a name')
    // Closed by Esc it is there again when it is opened again.
    await page.getByLabel('In your own words').press('Escape')
    await form(page, 'What was wrong?').waitFor({ state: 'detached' })
    await button(page, 'Bad reply').click()
    expect(await page.getByLabel('In your own words').inputValue()).toBe('I asked for a name')
    space.host.deskAnswers.outcome = { ok: true }
    await form(page, 'What was wrong?').getByRole('button', { name: 'Send' }).click()
    await page.getByText('Thank you, your reason is noted.').waitFor()
    expect(space.host.reasons).toHaveLength(1)
    await page.reload()
    await button(page, 'Bad reply').waitFor()
    expect(await form(page, 'What was wrong?').count()).toBe(0)
  })

  test('a reason that is too long is not sent and not cut', async () => {
    await using space = await workspace()
    const { page } = await begin(space)
    await button(page, 'Bad reply').click()
    const field = page.getByLabel('In your own words')
    await field.fill('x'.repeat(1_001))
    await page.getByText('1 characters too many. Please shorten it.').waitFor()
    await field.press('Control+Enter')
    expect((await field.inputValue()).length).toBe(1_001)
    await field.fill('x'.repeat(1_000))
    await field.press('Control+Enter')
    await page.getByText('Thank you, your reason is noted.').waitFor()
    expect(space.host.reasons[0]?.text).toHaveLength(1_000)
  })

  test('F4: a better reply begins as the reply, shows what changes, and is sent from the keyboard', async () => {
    await using space = await workspace()
    space.host.deskAnswers.draft = { reply: 'x', version: 'v7', text: 'Call it **Echo**.' }
    const { page, reply } = await begin(space, 'Call it **Echo**.')
    await button(page, 'Write a better reply').click()
    const field = page.getByLabel('The better reply')
    expect(await field.inputValue()).toBe('Call it **Echo**.')
    expect(await form(page, 'Write a better reply').getByRole('button', { name: 'Send' }).isEnabled()).toBe(
      false,
    )
    await field.fill('Call it **Mirror**.')
    const radio = (name: string) => page.getByRole('radio', { name })
    await radio('Write').focus()
    await page.keyboard.press('ArrowRight')
    await page.locator('.shown-text strong').getByText('Mirror').waitFor()
    await page.keyboard.press('ArrowRight')
    await page.locator('.changes ins').getByText('Mirror').waitFor()
    expect(await page.locator('.changes del').innerText()).toBe('Echo')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Thank you, your better reply is noted.').waitFor()
    expect(space.host.corrections).toMatchObject([{ reply, version: 'v7', text: 'Call it **Mirror**.' }])
    await expect.poll(() => focused(page)).toContain('write-better')
  })

  test('a better reply stays through a reload, a server that is away, a refusal, and second thoughts', async () => {
    await using space = await workspace()
    const { page } = await begin(space)
    await button(page, 'Write a better reply').click()
    const field = page.getByLabel('The better reply')
    await field.fill('A far better one.')
    await page.reload()
    await field.waitFor()
    expect(await field.inputValue()).toBe('A far better one.')

    const { hash } = new URL(page.url())
    await space.restart(async () => {
      await page.reload().catch(() => undefined)
    })
    // The browser may still be on its way to its page for a server that is away.
    await vi.waitFor(() => page.goto(`${space.url}/${hash}`), 15_000)
    await field.waitFor()
    await space.restart(async () => {
      await field.press('Control+Enter')
      await page.getByText('Your text is kept here').waitFor()
    })
    space.host.deskAnswers.outcome = {
      ok: false,
      say: 'This reply was written anew meanwhile. Please open the form again.',
    }
    await field.press('Control+Enter')
    await page.getByText('written anew meanwhile').waitFor()
    expect(await field.inputValue()).toBe('A far better one.')

    await button(page, 'Start over').click()
    expect(await field.inputValue()).toBe('An answer.')
    await button(page, 'Bring my text back').click()
    expect(await field.inputValue()).toBe('A far better one.')
    await field.press('Escape')
    await page.getByText('What you wrote is kept for when you open it again.').waitFor()

    space.host.deskAnswers.draft = { reply: 'x', version: 'v2', text: 'An answer, anew.' }
    space.host.deskAnswers.outcome = { ok: true }
    await button(page, 'Write a better reply').click()
    await expect.poll(() => field.inputValue()).toBe('A far better one.')
    await page.getByRole('radio', { name: 'Changes' }).check()
    await page.locator('.changes ins').first().waitFor()
    await form(page, 'Write a better reply').getByRole('button', { name: 'Send' }).click()
    await page.getByText('Thank you, your better reply is noted.').waitFor()
    expect(space.host.corrections).toMatchObject([{ version: 'v2', text: 'A far better one.' }])
  })

  test('a form that cannot be filled says why, and can be tried again', async () => {
    await using space = await workspace()
    const { page } = await begin(space)
    space.host.deskAnswers.draft = { say: 'Parley no longer remembers this reply.' }
    await button(page, 'Write a better reply').click()
    await page.getByText('Parley no longer remembers this reply.').waitFor()
    space.host.deskAnswers.draft = { reply: 'x', version: 'v1', text: 'An answer.' }
    await form(page, 'Write a better reply').getByRole('button', { name: 'Try again' }).click()
    await page.getByLabel('The better reply').waitFor()
    await button(page, 'Cancel').click()
    expect(await form(page, 'Write a better reply').count()).toBe(0)
  })

  test('on a phone nothing is wider than the screen', async () => {
    await using space = await workspace()
    const { page } = await begin(space, 'An answer.', {
      viewport: { width: 390, height: 780 },
      hasTouch: true,
      isMobile: true,
    })
    await button(page, 'Bad reply').tap()
    await form(page, 'What was wrong?').waitFor()
    const width = () => page.evaluate<number>('document.querySelector(".messages").scrollWidth')
    expect(await width()).toBeLessThanOrEqual(390)
    await button(page, 'Write a better reply').tap()
    await page.getByLabel('The better reply').waitFor()
    expect(await width()).toBeLessThanOrEqual(390)
  })
})
