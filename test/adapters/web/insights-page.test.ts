/** The Insights page in a real browser. Skipped without one, as `page.test.ts` is. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { browserPath, openBrowser } from './browser.ts'
import { exampleInsights, exampleTraining } from './example-insights.ts'
import { BROWSER_START_MS, PATIENCE_MS, visit } from './visiting.ts'
import { type Workspace, workspace } from './workspace.ts'

const MANY = { replies: 5_000, days: 400, tasks: 300 }

describe.skipIf(browserPath === undefined)('the Insights page', { timeout: PATIENCE_MS }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, BROWSER_START_MS)
  afterAll(() => browser?.close())

  const open = async (
    space: Workspace,
    look?: Parameters<typeof visit>[3],
    expected?: RegExp,
  ): Promise<Page> => {
    const page = await visit(browser, space, 'Ana', look, expected)
    await page.goto(`${space.url}/#/insights`)
    return page
  }

  test('without feedback it says how feedback comes in; nobody fetches the chart library', async () => {
    await using space = await workspace()
    const page = await visit(browser, space, 'Ana')
    const fetched: string[] = []
    page.on('request', (request) => fetched.push(new URL(request.url()).pathname))
    await page.reload()
    await page.getByRole('link', { name: 'Insights' }).click()
    await page.getByRole('heading', { name: 'No feedback yet' }).waitFor()
    await page.getByText('After a bad vote, say why').waitFor()
    expect(await page.title()).toBe('Insights · Parley')
    expect(await page.locator('canvas').count()).toBe(0)
    expect(fetched.filter((path) => path.includes('chart.js') || path.includes('kurkle'))).toEqual([])
    await page.getByRole('link', { name: 'Ask something' }).click()
    await page.locator('#composer').waitFor()
  })

  test('one vote is shown as what it is', async () => {
    await using space = await workspace()
    const insights = await exampleInsights(1, { replies: 1, days: 1, tasks: 0 })
    space.host.deskAnswers.insights = { ...insights, reasons: [] }
    const page = await open(space)
    await page.getByText('One vote so far, and it is good.').waitFor()
    await page.getByText('No reasons yet.').waitFor()
    await page.getByText('Nobody has ranked answers yet.').waitFor()
    expect(await rows(page, 'Good votes by model')).toEqual([
      ['gpt-6-luna-mini', '1', '0', '100%', '21 to 100%'],
    ])
    await painted(page, 'Votes over time')
  })

  test('thousands of votes: each picture is painted, and the table beside it has the same numbers', async () => {
    await using space = await workspace()
    const insights = await exampleInsights(2, MANY)
    space.host.deskAnswers.insights = insights
    const page = await open(space)
    const titles = async () =>
      (await page.locator('figure h3').allInnerTexts()).map((title) => title.split('\n')[0]?.trim() ?? '')
    await expect
      .poll(titles)
      .toEqual([
        'Votes over time',
        'Good votes by model',
        'Good votes by prompt version',
        'Why answers were bad',
        'Do people agree?',
        'Agreement beyond chance',
        'Does the place decide?',
        'Does length decide?',
      ])
    for (const title of await titles()) await painted(page, title)
    const { votes, rankings } = insights
    const counted = await rows(page, 'Votes over time')
    expect(counted).toHaveLength(votes.overTime.periods.length)
    const sum = (column: number) =>
      counted.reduce((total, row) => total + Number(row[column]?.replaceAll(',', '')), 0)
    expect([sum(1), sum(2)]).toEqual([votes.good, votes.bad])
    expect((await rows(page, 'Does the place decide?')).map(([, wins]) => wins)).toEqual(
      rankings.position?.slots.map(({ wins }) => String(wins)),
    )
    expect(rankings.position?.flagged).toBe(true)
    await page
      .getByRole('figure')
      .filter({ hasText: 'Does the place decide?' })
      .getByText('Look at this')
      .waitFor()
  })

  test('training is drawn run by run, and the table beside each curve has the same numbers', async () => {
    await using space = await workspace()
    space.host.deskAnswers.training = exampleTraining
    const page = await open(space)
    await page.getByRole('heading', { name: 'Training', level: 2 }).waitFor()
    await page.getByText('20261123-120530-ppo-4f1a, engine local: running, 12 of 30 iterations').waitFor()
    await page.getByText('From 0.1 at step 1 to 0.98 at step 12.').waitFor()
    await painted(page, 'Reward of 20261123-120530-ppo-4f1a')
    const [ppo] = exampleTraining.runs
    const reward = ppo?.curves.find(({ name }) => name === 'reward')
    expect(await rows(page, 'Reward of 20261123-120530-ppo-4f1a')).toEqual(
      reward?.points.toReversed().map(({ step, value }) => [String(step), String(value)]),
    )
    await page.getByText('From 2 at step 1 to 0.9 at step 12. It says little by itself').waitFor()
    await page.getByText('It told no figures yet.').waitFor()
    await page.getByText('It told no figures.', { exact: true }).waitFor()
    await page.getByText('"parley learn job status 20261123-100000-sft-77b1" says why.').waitFor()
    await page.getByText('3 older runs are not shown.').waitFor()
  })

  test('pictures follow light and dark', async () => {
    await using space = await workspace()
    space.host.deskAnswers.insights = await exampleInsights(3, { replies: 30, days: 9, tasks: 4 })
    const page = await open(space, { colorScheme: 'light' })
    const light = await painted(page, 'Votes over time')
    await page.getByRole('button', { name: 'Light or dark' }).click()
    const dark = await painted(page, 'Votes over time', light)
    await page.getByRole('button', { name: 'Light or dark' }).click()
    await painted(page, 'Votes over time', dark)
    await page.emulateMedia({ colorScheme: 'dark' })
    await painted(page, 'Votes over time', light)
  })

  test('by keyboard and for people who listen: links, regions, names and tables', async () => {
    await using space = await workspace()
    space.host.deskAnswers.insights = await exampleInsights(3, { replies: 30, days: 9, tasks: 4 })
    const page = await visit(browser, space, 'Ana')
    const link = page.getByRole('link', { name: 'Insights' })
    await link.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Insights', level: 1 }).waitFor()
    expect(await link.getAttribute('aria-current')).toBe('page')
    const figure = page.getByRole('figure').filter({ hasText: 'Votes over time' })
    await figure.getByRole('img', { name: /^Votes over time\. \d+ votes by \d+ people/ }).waitFor()
    await figure.getByRole('columnheader', { name: 'Good' }).waitFor()
    await page.getByRole('region', { name: 'Votes over time: numbers' }).focus()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe(
      'Good votes by model: numbers',
    )
    await page.keyboard.press('Escape')
    await page.locator('#composer').waitFor()
  })

  test('on a phone nothing is wider than the screen, and a way leads there and back', async () => {
    await using space = await workspace()
    space.host.deskAnswers.insights = await exampleInsights(2, { replies: 300, days: 40, tasks: 30 })
    const page = await visit(browser, space, 'Ana', { viewport: { width: 360, height: 700 } })
    await page.getByRole('link', { name: 'Insights' }).click()
    await painted(page, 'Does length decide?')
    expect(await page.evaluate('document.querySelector(".insights").scrollWidth')).toBeLessThanOrEqual(360)
    await page.getByRole('link', { name: 'Back to the channels' }).click()
    await page.getByLabel('Channel', { exact: true }).waitFor()
  })

  test('S6: while the store is down it says so, and counts when asked again', async () => {
    await using space = await workspace()
    space.host.deskAnswers.insights = new Error('the store is down')
    const page = await open(space)
    await page.getByRole('alert').getByText('Parley could not read the feedback. Try again.').waitFor()
    space.host.deskAnswers.insights = await exampleInsights(3, { replies: 30, days: 9, tasks: 4 })
    await page.getByRole('button', { name: 'Count again' }).click()
    await painted(page, 'Votes over time')
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  test('without the chart library the numbers are still there', async () => {
    await using space = await workspace()
    space.host.deskAnswers.insights = await exampleInsights(3, { replies: 30, days: 9, tasks: 4 })
    const page = await visit(browser, space, 'Ana', {}, /ERR_FAILED/)
    await page.route('**/packages/chart.js.js', (route) => route.abort())
    await page.goto(`${space.url}/#/insights`)
    await page.getByText('The picture could not be loaded.').first().waitFor()
    expect((await rows(page, 'Votes over time')).length).toBeGreaterThan(0)
  })
})

/** Waits until the figure's picture is there and differs from `before`. @returns what it looks like. */
async function painted(page: Page, title: string, before = ''): Promise<string> {
  const canvas = page.getByRole('figure').filter({ hasText: title }).locator('canvas')
  const handle = await canvas.elementHandle()
  const look = await page.waitForFunction(
    ([element, known]) => {
      const picture = element as { width: number; toDataURL(): string; getContext(kind: string): Context }
      type Context = { getImageData(x: number, y: number, w: number, h: number): { data: ArrayLike<number> } }
      const { data } = picture.getContext('2d').getImageData(0, 0, picture.width, 80)
      const now = picture.toDataURL()
      return Array.from(data).some((part) => part !== 0) && now !== known && now
    },
    [handle, before] as const,
  )
  return String(await look.jsonValue())
}

/** The table's rows, as they read. */
async function rows(page: Page, title: string): Promise<readonly (readonly string[])[]> {
  const body = page.getByRole('figure').filter({ hasText: title }).locator('tbody tr')
  const found = await body.all()
  return Promise.all(found.map((row) => row.locator('th, td').allInnerTexts()))
}
