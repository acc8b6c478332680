/** What people press at the page, and second thoughts about what they wrote, in a real browser. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Question } from '#core/dialogue/question.ts'
import { draftingModel } from '#test/scenarios/models.ts'
import { run } from '#test/scenarios/running.ts'
import { webWorld } from '#test/scenarios/worlds/web.ts'
import { browserPath, openBrowser } from './browser.ts'
import { type Reply, replyTo } from './recording-host.ts'
import { ask, BROWSER_START_MS, PATIENCE_MS, visit as signIn } from './visiting.ts'
import { type Workspace, workspace } from './workspace.ts'

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }

const OWN_OPACITY = `getComputedStyle(document.querySelector('.own')).opacity`

describe.skipIf(browserPath === undefined)('controls at the page', { timeout: PATIENCE_MS }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, BROWSER_START_MS)
  afterAll(() => browser?.close())

  const visit = (space: Workspace, name: string, look?: BrowserContextOptions, expected?: RegExp) =>
    signIn(browser, space, name, look, expected)
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const live = (page: Page) => page.locator('[aria-live]').innerText()
  const focused = (page: Page) => page.evaluate<string>('document.activeElement?.id')

  /** The core's part in a regeneration: the next candidate, in the messages of the one before. */
  const another = async (space: Workspace, question: Question, shown: readonly string[]): Promise<Reply> => {
    await expect.poll(() => space.host.regenerations.length).toBeGreaterThan(0)
    return replyTo(space.web, question, shown)
  }

  test('T5: a running answer is stopped by its button or by Esc, also before its first word', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    const first = replyTo(space.web, await ask(space, page, 'one'))
    expect(await button(page, 'Stop the answer').count()).toBe(0)
    const turn = new AbortController()
    await first.surface.working(turn.signal)
    await button(page, 'Stop the answer').click()
    await expect.poll(() => space.host.stops).toEqual([{ reply: first.name }])
    await first.finish('_Stopped._')
    await button(page, 'Stop the answer').waitFor({ state: 'detached' })
    await expect.poll(() => live(page)).toContain('Stopped.')
    expect(await focused(page)).toBe('composer')

    const second = replyTo(space.web, await ask(space, page, 'two'))
    await second.grow('Half a sen')
    await button(page, 'Stop the answer').waitFor()
    await page.keyboard.type('the next question')
    expect(await button(page, 'Send').isEnabled()).toBe(true)
    await page.keyboard.press('Escape')
    await expect.poll(() => space.host.stops.length).toBe(2)
    expect(space.host.stops[1]).toEqual({ reply: second.name })
    expect(await focused(page)).toBe('composer')
    await second.finish('Half a sen\n\n_Stopped._')
    await page.locator('.reply em').last().waitFor()
    await expect.poll(() => live(page)).toMatch(/^Stopped\. Half a sen/)
    // With nothing left to stop it leaves the field again.
    await page.keyboard.press('Escape')
    expect(await focused(page)).toBe('')
  })

  test('T5: a stop that comes too late is told, and does no harm', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    await replyTo(space.web, await ask(space, page, 'quick')).grow('Almost')
    space.host.known = false
    await button(page, 'Stop the answer').click()
    await expect.poll(() => live(page)).toBe('It was already finished.')
  })

  test('T5: another answer takes the place of the first; both can be read, judged and copied', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    const question = await ask(space, page, 'a name for the bot')
    const first = replyTo(space.web, question)
    const shown = await first.finish('Call it **Echo**.')
    await button(page, 'Good reply').click()
    await page.locator('[data-vote="good"][aria-pressed="true"]').waitFor()
    await button(page, 'Try again').click()
    const second = await another(space, question, shown)
    expect(space.host.regenerations).toMatchObject([{ reply: first.name, by: { name: 'Ana' } }])
    await second.surface.working(new AbortController().signal)
    await page.getByLabel('Parley is working').waitFor()
    await page.locator('.reply strong').getByText('Echo').waitFor()
    await second.grow('Call it')
    await second.finish('Call it **Mirror**.')
    await page.locator('.reply strong').getByText('Mirror').waitFor()
    expect(await page.locator('article.reply').count()).toBe(1)
    expect(await page.locator('[data-vote][aria-pressed="true"]').count()).toBe(0)
    await page.getByText('2 of 2').waitFor()

    await button(page, 'Earlier answer').click()
    await page.locator('.reply strong').getByText('Echo').waitFor()
    await page.getByText('1 of 2').waitFor()
    expect(await button(page, 'Good reply').getAttribute('aria-pressed')).toBe('true')
    await button(page, 'Later answer').click()
    await page.locator('.reply strong').getByText('Mirror').waitFor()
    await button(page, 'Bad reply').click()
    await page.locator('[data-vote="bad"][aria-pressed="true"]').waitFor()
    expect(space.host.votes.map(({ reply, value }) => [reply, value])).toEqual([
      [first.name, 'good'],
      [second.name, 'bad'],
    ])

    await space.restart()
    await page.reload()
    await page.getByText('2 of 2').waitFor()
    expect(await button(page, 'Bad reply').getAttribute('aria-pressed')).toBe('true')
    await button(page, 'Earlier answer').click()
    await page.locator('.reply strong').getByText('Echo').waitFor()

    // Whoever reads an earlier answer is shown the next one when it comes.
    const third = replyTo(space.web, question, shown)
    await third.finish('Call it **Chorus**.')
    await page.locator('.reply strong').getByText('Chorus').waitFor()
    await page.getByText('3 of 3').waitFor()
  })

  test('T5: an answer that the conversation has left behind is not done again, and that is said', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana', {}, /status of 409/)
    await replyTo(space.web, await ask(space, page, 'old')).finish('An old answer.')
    space.host.regeneration = 'outdated'
    await button(page, 'Try again').click()
    await page.getByText('Only the newest answer can be done again.').waitFor()
    space.host.broken = true
    await button(page, 'Try again').click()
    await page.getByText('Try again.', { exact: false }).last().waitFor()
    await page.getByText('Only the newest answer can be done again.').waitFor({ state: 'detached' })
  })

  test('T6: one changes and deletes what one has said, and only that', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    const question = await ask(space, page, 'what is a monoid?')
    await replyTo(space.web, question).finish('A set with an operation.')
    const tom = await visit(space, 'Tom')
    await tom.locator('.thread-list a').click()
    const theirs = tom.locator('article').first()
    await theirs.hover()
    expect(await theirs.getByRole('button', { name: 'Change', exact: true }).count()).toBe(0)

    const mine = page.locator('article').first()
    await mine.hover()
    await mine.getByRole('button', { name: 'Change', exact: true }).click()
    const field = page.getByLabel('Change your message')
    await field.fill('never mind')
    await field.press('Escape')
    await field.waitFor({ state: 'detached' })
    expect(await mine.locator('.md').innerText()).toBe('what is a monoid?')
    expect(space.host.edits).toEqual([])

    await mine.getByRole('button', { name: 'Change', exact: true }).click()
    await field.fill('what is a **monad**?')
    space.host.broken = true
    await field.press('Enter')
    await page.getByRole('alert').waitFor()
    space.host.broken = false
    await field.press('Enter')
    await theirs.locator('strong').getByText('monad').waitFor()
    await theirs.getByText('edited').waitFor()
    expect(space.host.edits).toMatchObject([{ question: question.id, text: 'what is a **monad**?' }])
    await tom.locator('.thread-title').getByText('what is a monad?').waitFor()

    await mine.hover()
    await mine.getByRole('button', { name: 'Delete', exact: true }).click()
    await button(page, 'Keep').click()
    expect(space.host.deletions).toEqual([])
    await mine.getByRole('button', { name: 'Delete', exact: true }).click()
    await page
      .getByRole('group', { name: 'Delete this message?' })
      .getByRole('button', { name: 'Delete' })
      .click()
    await expect.poll(() => tom.locator('article').count()).toBe(1)
    expect(space.host.deletions).toMatchObject([{ question: question.id }])
    await tom.locator('.thread-title').getByText('A deleted question').waitFor()
    await page.reload()
    await page.locator('article').waitFor()
    expect(await page.locator('article').count()).toBe(1)
  })

  test('all of it from the keyboard alone', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    const { keyboard } = page
    const question = await ask(space, page, 'frist')
    const first = replyTo(space.web, question)
    const shown = await first.finish('One.')
    await button(page, 'Try again').waitFor()

    await keyboard.press('ArrowUp')
    await expect.poll(() => page.evaluate('document.activeElement?.ariaLabel')).toBe('Change your message')
    await keyboard.press('Control+a')
    await keyboard.type('first')
    await keyboard.press('Shift+Enter')
    await keyboard.type('of all')
    await keyboard.press('Enter')
    await expect.poll(() => space.host.edits.map(({ text }) => text)).toEqual(['first\nof all'])
    await expect.poll(() => focused(page)).toBe('composer')

    await keyboard.press('Escape')
    await keyboard.press('r')
    const second = await another(space, question, shown)
    await second.grow('T')
    await button(page, 'Stop the answer').waitFor()
    await keyboard.press('Escape')
    await expect.poll(() => space.host.stops).toEqual([{ reply: second.name }])
    await second.finish('Two.')
    const tabTo = async (name: string) => {
      for (let tabs = 0; tabs < 20; tabs += 1) {
        await keyboard.press('Shift+Tab')
        if ((await page.evaluate('document.activeElement?.ariaLabel')) === name) return
      }
      throw new Error(`no way to ${name} with Tab`)
    }
    await keyboard.press('/')
    await tabTo('Delete')
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    expect(await page.evaluate(OWN_OPACITY)).toBe('1')
    await keyboard.press('Enter')
    await keyboard.press('Escape')
    expect(await page.evaluate('document.activeElement?.ariaLabel')).toBe('Delete')
    await keyboard.press('Enter')
    await keyboard.press('Shift+Tab')
    await keyboard.press('Enter')
    await expect.poll(() => page.locator('article').count()).toBe(1)
    await expect.poll(() => focused(page)).toBe('composer')
    expect(space.host.deletions).toHaveLength(1)
    await keyboard.press('Escape')
    await keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Stop the answer').waitFor()
  })

  test('T5, T6: with the real core behind it', async () => {
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
    const reply = page.locator('.reply')
    await reply.getByText('Draft 1 for Answering Ana: a name.').waitFor()
    await button(page, 'Try again').click()
    await reply.getByText('Draft 2').waitFor()
    await button(page, 'Earlier answer').click()
    await reply.getByText('Draft 1').waitFor()
    await button(page, 'Bad reply').click()
    await page.locator('[data-vote="bad"][aria-pressed="true"]').waitFor()
    await button(page, 'Later answer').click()
    await reply.getByText('Draft 2').waitFor()
    await page.locator('#composer').press('ArrowUp')
    await page.getByLabel('Change your message').fill('two names')
    await page.keyboard.press('Enter')
    await reply.getByText('Draft 3 for Answering Ana: two names.').waitFor()
    await page.getByRole('group', { name: 'Answers' }).waitFor({ state: 'detached' })
    expect(await parley.events()).toMatchObject([{ kind: 'vote', value: 'bad' }])
  })

  test('T5, T6: on a phone everything is in sight and fits', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana', PHONE)
    await page.getByRole('link', { name: 'New thread' }).click()
    const question = await ask(space, page, 'a name, please')
    const shown = await replyTo(space.web, question).finish('Echo.')
    await button(page, 'Try again').tap()
    const second = await another(space, question, shown)
    await second.grow('Mirr')
    await button(page, 'Stop the answer').tap()
    await second.finish('Mirror.')
    await page.getByText('2 of 2').waitFor()
    await button(page, 'Earlier answer').tap()
    await page.locator('.reply').getByText('Echo.').waitFor()
    expect(await page.evaluate(OWN_OPACITY)).toBe('1')
    await button(page, 'Delete').tap()
    await button(page, 'Keep').tap()
    await button(page, 'Change').tap()
    await page.getByLabel('Change your message').fill('two names, please')
    await button(page, 'Save').tap()
    await page.locator('article .edited').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  })
})
