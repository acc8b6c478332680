/** The trainer console in a real browser: writing both sides, suggestions, review, and nothing that is typed is lost. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONSOLE_SAYINGS } from '#core/feedback/console/sayings.ts'
import { browserPath, openBrowser } from './browser.ts'
import { freshKey, WebClient } from './client.ts'
import { BROWSER_START_MS, PATIENCE_MS, visit } from './visiting.ts'
import { type Workspace, workspace } from './workspace.ts'

const PHONE = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true }

describe.skipIf(browserPath === undefined)('the trainer console', { timeout: PATIENCE_MS }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, BROWSER_START_MS)
  afterAll(() => browser?.close())

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const fields = (page: Page) => page.locator('.turn > textarea')
  const texts = (page: Page) =>
    fields(page).evaluateAll((all) => all.map((field) => ('value' in field ? field.value : '')))
  const saved = (page: Page) => page.getByText('Saved', { exact: true }).waitFor()
  const suggested = (page: Page) => page.getByText('The suggestion is ready.').waitFor({ state: 'attached' })
  const dialogueIn = (page: Page) => /console\/(\d{13}-[0-9a-f]{32})/.exec(page.url())?.[1] ?? ''

  const enter = async (space: Workspace, name = 'Ana', look?: BrowserContextOptions, expected?: RegExp) => {
    const page = await visit(browser, space, name, look, expected)
    await page.goto(`${space.url}/#/console`)
    await page.getByRole('heading', { name: 'Your dialogues' }).waitFor()
    return page
  }
  const begin = async (space: Workspace, look?: BrowserContextOptions, expected?: RegExp) => {
    const page = await enter(space, 'Ana', look, expected)
    await button(page, 'New dialogue').click()
    await fields(page).waitFor()
    return page
  }
  /** What the only dialogue says. */
  const kept = async (space: Workspace) => {
    const [record, ...more] = await space.host.dialogues.all()
    expect(more).toEqual([])
    return record
  }
  const write = async (page: Page, ...turns: readonly string[]) => {
    for (const [nth, text] of turns.entries()) {
      if (nth > 0) await page.keyboard.press('Control+Enter')
      await page.keyboard.insertText(text)
    }
    await saved(page)
  }

  test('a whole dialogue by keyboard alone, both sides, saved as it is typed; deleted when one says so twice', async () => {
    await using space = await workspace()
    const tom = await WebClient.signedIn(space.url, 'Tom')
    await tom.client.begin('a thread to go to')
    const page = await enter(space)
    const link = page.getByRole('link', { name: 'Console' })
    expect(await link.getAttribute('aria-current')).toBe('page')
    expect(await page.title()).toBe('Trainer console · Parley')
    await button(page, 'New dialogue').focus()
    await page.keyboard.press('Enter')
    await fields(page).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('TEXTAREA')
    await write(page, 'Why is the sky blue?', 'It scatters light.', 'And at night?')
    await page.keyboard.press('Alt+Shift+ArrowUp')
    expect(await texts(page)).toEqual(['Why is the sky blue?', 'And at night?', 'It scatters light.'])
    await page.keyboard.press('Alt+Shift+ArrowDown')
    // Nobody is taken away in the middle of writing.
    await page.keyboard.press('Alt+ArrowDown')
    expect(page.url()).toContain('#/console/')
    await page.getByText('What the assistant is told').click()
    await page.getByRole('textbox', { name: 'What the assistant is told' }).fill('Be brief.')
    await expect
      .poll(async () => (await kept(space))?.messages.map(({ role, content }) => [role, content]))
      .toEqual([
        ['system', 'Be brief.'],
        ['user', 'Why is the sky blue?'],
        ['assistant', 'It scatters light.'],
        ['user', 'And at night?'],
      ])
    await button(page, 'Delete this dialogue').click()
    await button(page, 'Keep it').click()
    expect(await kept(space)).toBeDefined()
    await button(page, 'Delete this dialogue').click()
    await button(page, 'Delete it').click()
    await page.getByText('Write how a good conversation goes.').waitFor()
    expect(await space.host.dialogues.all()).toEqual([])
  })

  test('a suggestion for either side: taken, changed or ignored, and recorded as what it was', async () => {
    await using space = await workspace()
    const page = await begin(space)
    space.host.dialogues.words = ['Why is ', 'the sky blue?']
    await page.keyboard.press('Alt+s')
    await suggested(page)
    await page.keyboard.press('Alt+Enter')
    expect(await texts(page)).toEqual(['Why is the sky blue?'])
    await page.getByText('Suggested by script-1', { exact: true }).waitFor()
    await page.keyboard.press('Control+Enter')
    space.host.dialogues.words = ['It scatters ', 'light']
    await page.keyboard.press('Alt+s')
    await suggested(page)
    await page.keyboard.press('Alt+e')
    await expect.poll(() => page.evaluate('document.activeElement.selectionStart')).toBe(17)
    await page.keyboard.type(', blue most.')
    await page.getByText('Suggested by script-1, then changed').waitFor()
    await page.keyboard.press('Control+Enter')
    await page.keyboard.press('Alt+s')
    await suggested(page)
    await page.keyboard.press('Escape')
    await page.getByRole('group', { name: 'Suggestion' }).waitFor({ state: 'detached' })
    await page.keyboard.type('My own.')
    await saved(page)
    const turns = (await kept(space))?.messages.map(({ content, origin, suggestion, editDistance }) => {
      return [content, origin, suggestion, editDistance]
    })
    expect(turns).toEqual([
      ['Why is the sky blue?', 'suggested_accepted', 'Why is the sky blue?', 0],
      ['It scatters light, blue most.', 'suggested_edited', 'It scatters light', 12],
      ['My own.', 'human', undefined, undefined],
    ])
    expect(space.host.dialogues.prompts.map(({ turns }) => turns.at(-1)?.content)).toEqual([
      ...['Write the first message of the person.', 'Why is the sky blue?', 'It scatters light, blue most.'],
    ])
  })

  test('T5, T4: part of it can be taken, leaving cancels it; a model that fails says why and is asked again', async () => {
    await using space = await workspace()
    const page = await begin(space)
    await page.keyboard.type('Why?')
    await page.keyboard.press('Control+Enter')
    const { dialogues } = space.host
    dialogues.words = ['Half a sentence', ' and more']
    let words = 0
    dialogues.pause = (signal) => {
      words += 1
      if (words === 1) return Promise.resolve()
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    }
    await button(page, 'Suggest').last().click()
    await page.getByText('Writing as the assistant…').waitFor()
    await page.locator('.ghost-text').getByText('Half a sentence').waitFor()
    await button(page, 'Take').click()
    await expect.poll(() => dialogues.prompts[0]?.signal.aborted).toBe(true)
    expect(await texts(page)).toEqual(['Why?', 'Half a sentence'])
    await saved(page)
    expect((await kept(space))?.messages[1]).toMatchObject({ origin: 'suggested_accepted', editDistance: 0 })
    words = 1
    await button(page, 'Suggest').last().click()
    await expect.poll(() => dialogues.prompts.length).toBe(2)
    await page.getByRole('link', { name: 'Back to the console' }).click()
    await expect.poll(() => dialogues.prompts[1]?.signal.aborted).toBe(true)

    dialogues.pause = async () => {}
    await button(page, 'New dialogue').click()
    await expect.poll(() => texts(page)).toEqual([''])
    await fields(page).fill('My own words')
    space.host.dialogues.fails = 'quota'
    space.host.dialogues.words = []
    await button(page, 'Suggest').click()
    await page.getByText('The account that pays for the model has no credit left.').waitFor()
    expect(await button(page, 'Take').count()).toBe(0)
    space.host.dialogues.fails = undefined
    space.host.dialogues.words = ['Better words']
    await button(page, 'Try again').click()
    await suggested(page)
    await button(page, 'Take').click()
    expect(await texts(page)).toEqual(['Better words'])
    await button(page, 'Bring my text back').click()
    expect(await texts(page)).toEqual(['My own words'])
    await saved(page)
    const all = await space.host.dialogues.all()
    expect(all.at(-1)?.messages).toEqual([{ role: 'user', content: 'My own words', origin: 'human' }])
    await button(page, 'Assistant').click()
    await button(page, 'Take this turn out').first().click()
    await button(page, 'Put it back').click()
    expect(await texts(page)).toEqual(['My own words', ''])
  })

  test('nothing is lost: the server dies while one types, the page is loaded anew, and it starts again', async () => {
    await using space = await workspace()
    const page = await begin(space)
    await page.keyboard.insertText('Why is the')
    // Not even saved yet.
    await page.reload()
    await expect.poll(() => texts(page)).toEqual(['Why is the'])
    await fields(page).fill('Why is the sky blue?')
    await page.keyboard.press('Control+Enter')
    await write(page, 'It scatters')
    await space.restart(async () => {
      await page.keyboard.type(' light, and nobody hears it')
      await page.getByText('Kept in this browser').waitFor()
    })
    await saved(page)
    await space.restart(async () => {
      await page.keyboard.type(' but me.')
      await page.getByText('Kept in this browser').waitFor()
      // The page dies as well, with what it could not save.
      await page.goto('about:blank')
    })
    await page.goto(`${space.url}/#/console/${(await kept(space))?.id}`)
    const whole = 'It scatters light, and nobody hears it but me.'
    await expect.poll(() => texts(page)).toEqual(['Why is the sky blue?', whole])
    await expect.poll(async () => (await kept(space))?.messages[1]?.content).toBe(whole)
    await expect
      .poll(() => page.evaluate('Object.keys(localStorage).filter((key) => key.includes("console."))'))
      .toEqual([])
  })

  test('two windows: both texts are kept, the later one is told and goes on in a dialogue of its own', async () => {
    await using space = await workspace()
    const page = await begin(space)
    await write(page, 'begun')
    const first = dialogueIn(page)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await expect.poll(() => texts(other)).toEqual(['begun'])
    await fields(other).fill('begun, by the other')
    await saved(other)
    await fields(page).fill('begun, by the first')
    await page.getByText(CONSOLE_SAYINGS.copied).waitFor()
    await page.keyboard.type(' who goes on')
    await saved(page)
    expect(dialogueIn(page)).not.toBe(first)
    const all = await space.host.dialogues.all()
    expect(all.map(({ messages }) => messages[0]?.content).toSorted()).toEqual([
      ...['begun, by the first who goes on', 'begun, by the other'],
    ])
    await page.getByRole('link', { name: 'Open the other one' }).click()
    await expect.poll(() => texts(page)).toEqual(['begun, by the other'])
  })

  test('S2: may it train models? Asked once, off until it is turned on. Somebody else reviews it', async () => {
    await using space = await workspace()
    const page = await begin(space, undefined, /status of 409/)
    await write(page, 'Why is the sky blue?')
    const draft = page.url()
    await button(page, 'Submit').click()
    const consent = page.getByRole('switch', { name: 'It may help to train models' })
    expect(await consent.getAttribute('aria-checked')).toBe('false')
    await page.locator('.consent').getByRole('button', { name: 'Submit' }).click()
    await page.getByText(CONSOLE_SAYINGS.ends).waitFor()
    expect(space.host.consents).toEqual([])
    await fields(page).first().focus()
    await page.keyboard.press('Control+Enter')
    await write(page, 'It **scatters** light.')
    const ben = await enter(space, 'Ben', undefined, /status of 404/)
    await ben.goto(draft)
    await ben.getByText(CONSOLE_SAYINGS.notWaiting).waitFor()
    await button(page, 'Submit').click()
    await page.getByText('Somebody else reads it now').waitFor()
    expect(await kept(space)).toMatchObject({ status: 'submitted' })

    await ben.getByRole('link', { name: 'Back to the console' }).last().click()
    await ben.getByRole('link', { name: 'Review 1' }).click()
    await ben.getByRole('link', { name: /Why is the sky blue/ }).click()
    await ben.locator('.turn strong').getByText('scatters').waitFor()
    expect(await button(ben, 'Send back').isDisabled()).toBe(true)
    await ben.getByLabel('Note to the writer').fill('Say why blue.')
    await ben.reload()
    expect(await ben.getByLabel('Note to the writer').inputValue()).toBe('Say why blue.')
    await button(ben, 'Send back').click()
    await ben.getByText('on its way back').waitFor()

    await page.getByRole('link', { name: 'Back to the console' }).click()
    await page.getByRole('link', { name: /Sent back.*Say why blue/ }).click()
    await button(page, 'Change it').click()
    await page.getByText('Say why blue.').waitFor()
    await fields(page).last().fill('Blue light is scattered most.')
    await button(page, 'Submit').click()
    await page.getByText('Somebody else reads it now').waitFor()

    await ben.getByRole('link', { name: 'Back to the reviews' }).last().click()
    await ben.getByRole('link', { name: /Why is the sky blue/ }).click()
    await button(ben, 'Accept').click()
    await ben.getByText('Thank you, it is accepted.').waitFor()
    await page.getByRole('link', { name: 'Back to the console' }).click()
    await page.getByText('Accepted', { exact: true }).waitFor()
    expect(await kept(space)).toMatchObject({ status: 'reviewed' })
  })

  test('a reviewer’s own version begins with the other’s words and takes its place', async () => {
    await using space = await workspace()
    await submittedOverHttp(space, 'Why?', 'So.')
    const ben = await enter(space, 'Ben')
    await ben.getByRole('link', { name: 'Review 1' }).click()
    await ben.getByRole('link', { name: /Why\?/ }).click()
    await button(ben, 'Write your own version').click()
    await ben.getByText('Your own version of somebody else’s').waitFor()
    await fields(ben).last().fill('Because of the tides.')
    await saved(ben)
    await button(ben, 'Submit').click()
    await ben.getByRole('switch', { name: 'It may help to train models' }).click()
    await expect.poll(() => space.host.consents).toMatchObject([{ training: true }])
    await ben.locator('.consent').getByRole('button', { name: 'Submit' }).click()
    await ben.getByText('Somebody else reads it now').waitFor()
    const all = await space.host.dialogues.all()
    expect(all.map(({ status, messages }) => [status, messages[1]?.content])).toEqual([
      ['rejected', 'So.'],
      ['submitted', 'Because of the tides.'],
    ])
  })

  test('on a phone everything has room; comparisons that wait are ranked', async () => {
    await using space = await workspace()
    const page = await begin(space, PHONE)
    await fields(page).fill('A question')
    await button(page, 'Assistant').tap()
    await button(page, 'Suggest').last().tap()
    await suggested(page)
    const tooWide = (element: string) => page.evaluate(`${element}.scrollWidth - ${element}.clientWidth`)
    expect(await tooWide('document.documentElement')).toBe(0)
    expect(await tooWide('document.querySelector(".place-main")')).toBe(0)
    await button(page, 'Take').tap()
    expect(await texts(page)).toEqual(['A question', 'A suggested turn.'])
    await page.getByRole('link', { name: 'Back to the console' }).tap()
    await page.getByRole('link', { name: 'Compare 1' }).tap()
    await page.getByRole('link', { name: /What is a monad/ }).tap()
    for (const [slot, place] of Object.entries({ A: '2', B: '1', C: '3', D: '4' })) {
      await page.locator(`.shelf .letter[data-letter="${slot}"]`).focus()
      await page.keyboard.press(place)
    }
    await button(page, 'Send').tap()
    await expect.poll(() => space.host.rankings.length).toBe(1)
    expect(space.host.rankings[0]).toMatchObject({ task: 'task-1', order: [['B'], ['A'], ['C'], ['D']] })
    await page.getByRole('link', { name: 'Back to the console' }).last().tap()
    await page.getByRole('heading', { name: 'Answers to compare' }).waitFor()
  })
})

/** By somebody who is not at a page. */
async function submittedOverHttp(space: Workspace, question: string, answer: string): Promise<void> {
  const { client } = await WebClient.signedIn(space.url, 'Ana')
  const begun = await client.send('POST', '/api/console/dialogues', { key: freshKey() })
  const path = `/api/console/dialogues/${JSON.parse(await begun.text()).id}`
  const turns = [
    { side: 'user', text: question },
    { side: 'assistant', text: answer },
  ]
  const page = { base: 0, nth: 1, tab: 'no-page-at-all', isVersion: false }
  await client.send('PUT', path, { ...page, system: '', turns })
  expect((await client.send('POST', `${path}/submit`, { revision: 1 })).status).toBe(200)
}
