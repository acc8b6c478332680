/** Comparing answers in a real browser: by keyboard, by drag, on a phone, and when things go wrong (rule F6). */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.ts'
import { answeredAt, type Judged } from './judging.ts'
import { BROWSER_START_MS, PATIENCE_MS, visit } from './visiting.ts'
import { type Workspace, workspace } from './workspace.ts'

const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }

describe.skipIf(browserPath === undefined)('comparing answers', { timeout: PATIENCE_MS }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, BROWSER_START_MS)
  afterAll(() => browser?.close())

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const letter = (page: Page, slot: string) => page.locator(`.shelf .letter[data-letter="${slot}"]`)
  const said = (page: Page) => page.locator('[data-said="ranking"]').innerText()
  /** The letters at each place. */
  const shelf = async (page: Page): Promise<readonly string[]> =>
    (await page.locator('.shelf-places li .letters').allInnerTexts()).map((text) => text.replace(/\s/g, ''))

  const compare = async (
    space: Workspace,
    look?: Parameters<typeof visit>[3],
  ): Promise<Judged & { readonly page: Page }> => {
    const page = await visit(browser, space, 'Ana', look, /status of 409/)
    if (look !== undefined) await page.goto(`${space.url}/#general/new`)
    const judged = await answeredAt(space, page)
    await button(page, 'Compare answers').click()
    return { page, ...judged }
  }
  const open = async (space: Workspace, look?: Parameters<typeof visit>[3]) => {
    const opened = await compare(space, look)
    await opened.page.locator('.shelf').waitFor()
    return opened
  }

  test('answers are being drawn: it says so at once, goes on after a reload and a server that is away', async () => {
    await using space = await workspace()
    const ready = Promise.withResolvers<void>()
    space.host.deskAnswers.ballotReady = ready.promise
    const { page, reply } = await compare(space)
    await page.getByText('Drawing answers… This can take a minute.').waitFor()
    expect(space.host.comparisonRequests).toMatchObject([{ reply }])
    expect(await page.title()).toBe('Compare answers · Parley')
    await page.reload()
    await page.getByText('Drawing answers…').waitFor()
    await space.restart(async () => {
      await page.getByText('Parley is not answering. Trying again.', { exact: true }).first().waitFor()
    })
    ready.resolve()
    await page.getByRole('article', { name: 'Answer D' }).getByText('Answer D.').waitFor()
    await page.getByText('What is a monad?').waitFor()
    await page.getByRole('link', { name: 'Back to the conversation' }).click()
    await page.locator('article').getByText('a name for the bot').waitFor()
  })

  test('by keyboard alone: letters go to places with numbers and arrows, ties are said, and it is sent', async () => {
    await using space = await workspace()
    const { page } = await open(space)
    await letter(page, 'B').focus()
    await page.keyboard.press('1')
    await expect.poll(() => said(page)).toBe('Answer B: place 1 of 4.')
    // The focus goes with the letter.
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => said(page)).toBe('Answer B: place 2 of 4.')
    await letter(page, 'A').focus()
    await page.keyboard.press('2')
    await expect.poll(() => said(page)).toBe('Answer A: place 2 of 4, shared with B.')
    await page.keyboard.press('Delete')
    await expect.poll(() => said(page)).toBe('Answer A has no place now.')
    await page.keyboard.press('2')
    expect(await letter(page, 'A').getAttribute('aria-label')).toBe('Answer A, place 2 of 4')

    // The places above each answer are radio buttons, which every screen reader knows.
    const c = page.getByRole('radiogroup', { name: 'Place of answer C' })
    await c.getByRole('radio', { name: '1 (best)' }).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => shelf(page)).toEqual(['', 'AB', '', 'C'])
    await page.keyboard.press('1')
    await expect.poll(() => shelf(page)).toEqual(['C', 'AB', '', ''])
    await letter(page, 'D').focus()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => shelf(page)).toEqual(['C', 'AB', '', 'D'])
    expect(await page.getByText('All placed').count()).toBe(1)
    await page.getByLabel('Why?').fill('C is short.')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Thank you, your ranking is noted.').waitFor()
    expect(space.host.rankings).toMatchObject([
      { task: 'task-1', order: [['C'], ['A', 'B'], ['D']], allBad: false, reason: 'C is short.' },
    ])
    expect(space.host.rankings[0]?.spentMs).toBeGreaterThan(0)
    await page.keyboard.press('Enter')
    await page.locator('article').getByText('a name for the bot').waitFor()
  })

  test('by drag: from the tray, from an answer, from place to place and back; Esc takes it back', async () => {
    await using space = await workspace()
    const { page } = await open(space)
    const drag = async (from: string, to: string, end: () => Promise<void> = () => page.mouse.up()) => {
      const [begin, goal] = [await middle(page, from), await middle(page, to)]
      await page.mouse.move(begin.x, begin.y)
      await page.mouse.down()
      await page.mouse.move(goal.x, goal.y, { steps: 4 })
      await end()
    }
    const place = (nth: number) => `.shelf-places [data-place="${nth}"]`
    await drag('.tray [data-letter="A"]', place(2))
    await drag('[data-answer="B"] header > .letter', place(1))
    await drag('.tray [data-letter="C"]', place(2))
    await expect.poll(() => shelf(page)).toEqual(['B', 'AC', '', ''])
    await drag('.shelf [data-letter="A"]', place(3), async () => {
      await page.locator(`${place(3)}.over`).waitFor()
      await page.keyboard.press('Escape')
      await page.mouse.up()
    })
    await drag('.shelf [data-letter="B"]', '.tray')
    await expect.poll(() => shelf(page)).toEqual(['', 'AC', '', ''])
    // Beside all places nothing happens.
    await drag('.shelf [data-letter="A"]', '.ranking-intro')
    expect(await shelf(page)).toEqual(['', 'AC', '', ''])
    expect(await page.locator('.ghost').count()).toBe(0)
  })

  test('a choice stays through a reload, a server that is away and a refusal; changed, it is sent anew', async () => {
    await using space = await workspace()
    const { page } = await open(space)
    await letter(page, 'A').press('1')
    await letter(page, 'B').press('2')
    await page.getByLabel('Why?').fill('A, because')
    await page.reload()
    await page.locator('.shelf').waitFor()
    expect(await shelf(page)).toEqual(['A', 'B', '', ''])
    expect(await page.getByLabel('Why?').inputValue()).toBe('A, because')
    await space.restart(async () => {
      await button(page, 'Send').click()
      await page.getByText('Your text is kept here').waitFor()
    })
    space.host.deskAnswers.outcome = { ok: false, say: 'Please choose a place for C, D.' }
    await button(page, 'Send').click()
    await page.getByText('Please choose a place for C, D.').waitFor()
    expect(await shelf(page)).toEqual(['A', 'B', '', ''])
    space.host.deskAnswers.outcome = { ok: true }
    await letter(page, 'C').press('3')
    await letter(page, 'D').press('3')
    await button(page, 'Send').click()
    await page.getByText('Thank you').waitFor()
    expect(space.host.rankings).toMatchObject([{ order: [['A'], ['B'], ['C', 'D']] }])

    // What was sent is what the form shows when it is opened again.
    space.host.deskAnswers.ballot = {
      task: 'task-1',
      question: 'What is a monad?',
      answers: ['A', 'B', 'C', 'D'].map((slot) => ({ slot, text: `Answer ${slot}.` })),
      earlier: { order: [['A'], ['B'], ['C', 'D']], allBad: false },
    }
    await button(page, 'Change it').click()
    await page.getByText('You have ranked these before.').waitFor()
    expect(await shelf(page)).toEqual(['A', 'B', 'CD', ''])
    await letter(page, 'B').press('1')
    await button(page, 'Send').click()
    await page.getByText('Thank you').waitFor()
    expect(space.host.rankings[1]).toMatchObject({
      order: [
        ['A', 'B'],
        ['C', 'D'],
      ],
    })
  })

  test('a comparison that was taken back says so, and leads back', async () => {
    await using space = await workspace()
    const say = 'This comparison was taken back, so nothing was recorded.'
    space.host.deskAnswers.ballot = { say }
    const { page } = await compare(space)
    await page.getByText(say).waitFor()
    await page.getByRole('link', { name: 'Back', exact: true }).click()
    await page.locator('article').getByText('a name for the bot').waitFor()
    space.host.deskAnswers.task = { say: 'This reply broke off, so there is nothing to compare.' }
    await button(page, 'Compare answers').click()
    await page.getByText('This reply broke off').waitFor()
  })

  test('keys of the conversation do nothing to it while it is hidden; Esc leads back to it', async () => {
    await using space = await workspace()
    const { page } = await open(space)
    await letter(page, 'A').focus()
    await page.keyboard.press('r')
    await page.keyboard.press('Escape')
    await page.locator('article').getByText('a name for the bot').waitFor()
    expect(space.host.regenerations).toEqual([])
    expect(space.host.stops).toEqual([])
  })

  test('nine long answers on a phone: all of each can be read, and a tap goes to it', async () => {
    await using space = await workspace()
    const slots = [...'ABCDEFGHI']
    const text = Array.from({ length: 60 }, (_, n) => `Paragraph ${n} of many words, and a \`word\`.`).join(
      '\n\n',
    )
    space.host.deskAnswers.ballot = {
      task: 'task-1',
      question: 'Long?',
      answers: slots.map((slot) => ({ slot, text: `${text}\n\nThe end of ${slot}.` })),
    }
    const { page } = await open(space, PHONE)
    for (const slot of slots) expect(await page.getByText(`The end of ${slot}.`).count()).toBe(1)
    expect(
      await page.evaluate<number>('document.querySelector(".place-main").scrollWidth'),
    ).toBeLessThanOrEqual(390)
    for (const [index, slot] of slots.entries()) {
      const box = await letter(page, slot).boundingBox()
      expect([slot, box !== null && box.x >= 0 && box.x + box.width <= 390]).toEqual([slot, true])
      if (index < 8) await letter(page, slot).press(String(index + 1))
    }
    await letter(page, 'H').tap()
    await expect
      .poll(async () => (await page.locator('[data-answer="H"]').boundingBox())?.y)
      .toBeLessThan(200)
    expect(await page.locator('[data-answer="H"]').getAttribute('class')).toContain('looked')
  })

  test('F5: an invitation opens the ballot and leads back; all of them may be bad, without any place', async () => {
    await using space = await workspace()
    const page = await visit(browser, space, 'Tom')
    const invitation = { task: 'task-1', channel: 'general', text: 'Which is best?' }
    await space.web.invite?.(invitation, new AbortController().signal)
    await page.locator('.thread-list a').filter({ hasText: 'Which answer is best?' }).click()
    await page.getByRole('link', { name: 'Rank the answers' }).click()
    await page.locator('.shelf').waitFor()
    expect(await button(page, 'Send').isEnabled()).toBe(false)
    await page.getByLabel('All of them are bad').check()
    await button(page, 'Send').click()
    await page.getByRole('link', { name: 'Back to the conversation' }).last().click()
    await page.getByRole('link', { name: 'Rank the answers' }).waitFor()
    expect(space.host.rankings).toMatchObject([{ task: 'task-1', order: [], allBad: true }])
  })
})

async function middle(page: Page, selector: string): Promise<{ x: number; y: number }> {
  const box = await page.locator(selector).boundingBox()
  if (box === null) throw new Error(`${selector} is not there`)
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 }
}
