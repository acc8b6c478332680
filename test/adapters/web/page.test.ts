/**
 * The page in a real browser. `CHROMIUM_PATH` names one; without any these tests are skipped.
 *
 * The pictures of docs/images are made by `screenshots.ts` beside this file.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { browserPath, openBrowser } from './browser.ts'
import { WebClient } from './client.ts'
import { replyTo } from './recording-host.ts'
import { ask, BROWSER_START_MS, PATIENCE_MS, visit as signIn } from './visiting.ts'
import { type Workspace, workspace } from './workspace.ts'

describe.skipIf(browserPath === undefined)('the page', { timeout: PATIENCE_MS }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  }, BROWSER_START_MS)
  afterAll(() => browser?.close())

  const visit = (space: Workspace, name: string, look?: BrowserContextOptions, expected?: RegExp) =>
    signIn(browser, space, name, look, expected)

  test('a reply streams in after a working sign and without flicker; a follow-up goes to its thread', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    const first = await ask(space, page, 'what is a monad?')
    const reply = replyTo(space.web, first)
    await reply.surface.working(new AbortController().signal)
    await page.getByLabel('Parley is working').waitFor()
    await reply.grow('A **mon')
    await page.locator('.md.growing strong').getByText('mon').waitFor()
    expect(await page.locator('.md.growing').innerText()).toBe('A mon')
    expect(await page.getByLabel('Parley is working').count()).toBe(0)
    expect(await page.locator('.reactions').count()).toBe(0)
    await reply.grow('A **monad** is\n\n```js\nconst lunch')
    await page.locator('.growing pre').getByText('const lunch').waitFor()
    await reply.finish('A **monad** is\n\n```js\nconst lunch = box(1)\n```')
    await page.locator('.reactions').waitFor()
    expect(await page.locator('.reply strong').innerText()).toBe('monad')
    expect(await page.locator('.reply pre').innerText()).toBe('const lunch = box(1)')
    expect(await page.locator('[aria-live]').innerText()).toContain('Parley answered: A **monad**')

    const second = await ask(space, page, 'and a functor?')
    expect(second.thread).toEqual(first.thread)
    expect(await page.locator('.thread-list li').count()).toBe(1)

    // What is above the growing block is not drawn again: a selection in it stays.
    const growing = replyTo(space.web, second)
    await growing.grow('The first paragraph.\n\nThe sec')
    await page.locator('.md.growing').getByText('The sec').waitFor()
    await page.locator('.md.growing p').first().selectText()
    await growing.grow('The first paragraph.\n\nThe second.\n\n- one\n- two')
    await page.locator('.growing li').nth(1).waitFor()
    expect(await page.evaluate('getSelection().toString()')).toBe('The first paragraph.')
  })

  test('D1: right-to-left text reads from the right, and code in it from the left', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    const question = await ask(space, page, 'שלום')
    const list = '- אחת\n- שתיים'
    await replyTo(space.web, question).finish(
      `שלום \`f(x)\` עולם\n\n${list}\n\n\`\`\`\nשלום\n\`\`\`\n\nhello`,
    )
    await page.locator('.reactions').waitFor()
    const directions = (selector: string) =>
      page.evaluate(
        `[...document.querySelectorAll('${selector}')].map((each) => getComputedStyle(each).direction)`,
      )
    expect(await directions('.reply .md p, .reply .md ul')).toEqual(['rtl', 'rtl', 'ltr'])
    expect(await directions('.reply .md code, .reply .md pre')).toEqual(['ltr', 'ltr', 'ltr'])
    expect(await directions('.message:not(.reply) .md p')).toEqual(['rtl'])
    await page.locator('#composer').fill('שלום')
    expect(await directions('#composer')).toEqual(['rtl'])
  })

  test('F1: a reaction toggles, is counted for everyone, and reaches the core', async () => {
    await using space = await workspace()
    const ana = await visit(space, 'Ana')
    await replyTo(space.web, await ask(space, ana, 'react to this')).finish('A reply.')
    const react = async (page: Page, name: string) => {
      await page.getByRole('button', { name: 'More reactions' }).click()
      await page.getByRole('group', { name: 'Choose a reaction' }).getByRole('button', { name }).click()
    }
    await react(ana, 'Love it')
    await ana.locator('[data-emoji="❤️"][aria-pressed="true"]').waitFor()
    const tom = await visit(space, 'Tom')
    await tom.getByText('react to this').click()
    await tom.getByRole('button', { name: 'Love it, 1' }).click()
    await ana.getByRole('button', { name: 'Love it, 2' }).click()
    await tom.getByRole('button', { name: 'Love it, 1' }).waitFor()
    await react(ana, 'Celebrate')
    await tom.getByRole('button', { name: 'Celebrate, 1' }).waitFor()
    expect(space.host.reactions.map(({ kind, value }) => [kind, value])).toEqual([
      ['reaction_added', '❤️'],
      ['reaction_added', '❤️'],
      ['reaction_removed', '❤️'],
      ['reaction_added', '🎉'],
    ])
  })

  test('hostile text in replies, questions and names is text', async () => {
    await using space = await workspace()
    const hostile = [
      '<script>window.hit=1</script>',
      '<img src=x onerror="window.hit=1">',
      '<svg onload="window.hit=1">',
      '[click](javascript:window.hit=1)',
      '![pixel](https://tracker.example/p.png)',
      '<a href="javascript:window.hit=1">x</a>',
      '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
      '<details open ontoggle="window.hit=1"><summary>s</summary></details>',
      '```"><img src=x onerror=window.hit=1>\ncode <b>\n```',
      '<style>*{display:none}</style><form action="https://evil.example"><button data-copy="x">',
      '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.hit=1&gt;">',
    ].join('\n\n')
    const page = await visit(space, '<img src=x onerror=hit=1>')
    const requests: string[] = []
    page.on('request', (request) => requests.push(request.url()))
    const question = await ask(space, page, '<img src=x onerror="window.hit=1">')
    await replyTo(space.web, question).finish(hostile)
    await page.locator('.reactions').waitFor()
    await page.getByRole('button', { name: 'Good reply' }).click()
    await page.locator('[data-vote="good"][aria-pressed="true"]').waitFor()
    expect(await page.evaluate(`'hit' in window`)).toBe(false)
    expect(
      await page
        .locator('article :is(script, img, svg:not(.icon, .mark), iframe, style, form, math)')
        .count(),
    ).toBe(0)
    expect(
      await page.locator('article a').evaluateAll((links) => links.map((link) => link.outerHTML)),
    ).toEqual([
      '<a href="https://tracker.example/p.png" target="_blank" rel="noopener noreferrer nofollow">pixel</a>',
    ])
    const handlers = await page
      .locator('.md *')
      .evaluateAll((all) =>
        all.flatMap((each) => each.getAttributeNames().filter((name: string) => name.startsWith('on'))),
      )
    expect(handlers).toEqual([])
    expect(await page.locator('.reply').innerText()).toContain('<script>window.hit=1</script>')
    expect(requests.filter((url) => !url.startsWith(space.url))).toEqual([])
  })

  test('everything can be done from the keyboard', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    const { keyboard } = page
    const heading = () => page.locator('.conversation h2').innerText()
    const focused = () => expect.poll(() => page.evaluate('document.activeElement?.id')).toBe('composer')
    await focused()
    await keyboard.type('line one')
    await keyboard.press('Shift+Enter')
    await keyboard.type('line two')
    await keyboard.press('Enter')
    await expect.poll(heading).toBe('line one line two')
    expect(space.host.questions[0]?.text).toBe('line one\nline two')
    await focused()
    await keyboard.press('Escape')
    await keyboard.press('n')
    await expect.poll(heading).toBe('New thread')
    await focused()
    await keyboard.type('second thread')
    await keyboard.press('Enter')
    await expect.poll(heading).toBe('second thread')
    const question = space.host.questions[1]
    if (question === undefined) throw new Error('no question')
    await replyTo(space.web, question).finish('A reply with `code`.')
    await page.locator('.reactions').waitFor()
    await keyboard.press('Alt+ArrowDown')
    await expect.poll(heading).toBe('line one line two')
    await focused()
    await keyboard.press('Escape')
    await keyboard.press('k')
    await expect.poll(heading).toBe('second thread')
    await focused()
    await keyboard.press('Escape')
    await keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
    // Tab goes back from the field to what is below the last reply; focus is always to be seen.
    await keyboard.press('/')
    for (let tabs = 0; tabs < 10; tabs += 1) {
      await keyboard.press('Shift+Tab')
      if (await page.evaluate<boolean>(`document.activeElement?.dataset.vote === 'bad'`)) break
    }
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    await keyboard.press('Space')
    await page.locator('[data-vote="bad"][aria-pressed="true"]').waitFor()
    await page.reload()
    await page.locator('.workspace').waitFor()
    await page.locator('.skip').focus()
    await keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement?.id')).toBe('conversation')
  })

  test('on a phone there is one pane, and a way back', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana', { viewport: { width: 390, height: 700 } })
    expect(await page.locator('.threads').isVisible()).toBe(true)
    expect(await page.locator('.conversation').isVisible()).toBe(false)
    await page.getByRole('link', { name: 'New thread' }).click()
    const wide = `| ${'column | '.repeat(12)}\n|${' --- |'.repeat(12)}\n| ${'a long cell | '.repeat(12)}`
    await replyTo(space.web, await ask(space, page, 'hello')).finish(
      `${wide}\n\n\`\`\`\n${'wide '.repeat(80)}\n\`\`\``,
    )
    await page.locator('.reply table').waitFor()
    expect(await page.locator('.threads').isVisible()).toBe(false)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    await page.getByRole('link', { name: 'Back to the threads' }).click()
    await page.locator('.thread-list a').waitFor()
    expect(await page.locator('.conversation').isVisible()).toBe(false)
    await page.getByLabel('Channel', { exact: true }).selectOption('random')
    await page.getByText('No threads here yet').waitFor()
    await page.getByRole('button', { name: 'Add a channel' }).click()
    await page.getByLabel('Name of the channel').fill('Deep work')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByLabel('Channel', { exact: true }).inputValue()).toBe('deep-work')
  })

  test('a server that goes away is said; the text is kept, and sent once when it is back', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    await ask(space, page, 'before')
    space.host.broken = true
    await page.locator('#composer').fill('do not lose me')
    await page.locator('#composer').press('Enter')
    await page.getByRole('alert').waitFor()
    await page.reload()
    expect(await page.locator('#composer').inputValue()).toBe('do not lose me')
    space.host.broken = false
    await page.locator('#composer').press('Enter')
    await expect.poll(() => page.locator('#composer').inputValue()).toBe('')
    expect(space.host.questions.map(({ text }) => text)).toEqual(['before', 'do not lose me'])
    expect(await page.locator('article').count()).toBe(2)

    const away = page.getByText('Parley is not answering.')
    await space.restart(() => away.waitFor())
    await away.waitFor({ state: 'detached' })
    const question = space.host.questions[1]
    if (question === undefined) throw new Error('no question')
    await replyTo(space.web, question).finish('Back again.')
    await page.getByText('Back again.').first().waitFor()
  })

  test('D7: many tabs of one browser all work, because those that nobody sees hang up and catch up later', async () => {
    // As many connections as a browser opens to one server over HTTP/1.1, and one more.
    const tabs = 7
    await using space = await workspace()
    const first = await visit(space, 'Ana')
    const show = (page: Page, hidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))`,
      )
    const question = await ask(space, first, 'anyone there?')
    await show(first, true)
    for (let tab = 1; tab < tabs; tab += 1) {
      const page = await first.context().newPage()
      await page.goto(space.url, { timeout: PATIENCE_MS / 2 })
      await page
        .getByText('anyone there?')
        .first()
        .waitFor({ timeout: PATIENCE_MS / 2 })
      await show(page, true)
    }
    await replyTo(space.web, question).finish('Said while nobody looked.')
    expect(await first.locator('.reply').count()).toBe(0)
    await show(first, false)
    await first.locator('.reply').getByText('Said while nobody looked.').waitFor()
  })

  test('a thread that begins while the list of them is on its way is in the list', async () => {
    await using space = await workspace()
    const page = await visit(space, 'Ana')
    const [asked, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    await page.route('**/api/channels/random/threads*', async (route) => {
      const response = await route.fetch()
      asked.resolve()
      await held.promise
      await route.fulfill({ response })
    })
    await page.goto(`${space.url}/#random`)
    await asked.promise
    const invitation = { task: 'task-1', channel: 'random', text: 'Which is best?' }
    await space.web.invite?.(invitation, new AbortController().signal)
    // The next event is seen, so the one before it has come.
    const { client } = await WebClient.signedIn(space.url, 'Bea')
    expect((await client.send('POST', '/api/channels', { name: 'late', about: 'Later' })).status).toBe(201)
    await page.getByRole('link', { name: 'late' }).waitFor()
    held.resolve()
    await page.locator('.thread-list a').filter({ hasText: 'Which answer is best?' }).waitFor()
  })

  test('dark follows the system until one chooses; a rehearsal is labelled; a suggestion fills the field', async () => {
    await using space = await workspace({ modelLabel: 'rehearsal (no model connected)' })
    const page = await visit(space, 'Ana', { colorScheme: 'dark' })
    const brightness = () =>
      page.evaluate<number>('Number(/[0-9]+/.exec(getComputedStyle(document.body).backgroundColor)[0])')
    expect(await brightness()).toBeLessThan(60)
    await page.getByRole('button', { name: 'Light or dark' }).click()
    expect(await brightness()).toBeGreaterThan(200)
    await page.reload()
    await page.locator('.workspace').waitFor()
    expect(await brightness()).toBeGreaterThan(200)
    await page.getByRole('button', { name: /Rehearsal/ }).click()
    await page.getByRole('dialog').getByText('OPENAI_API_KEY').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
    await page.locator('.suggestions button').first().click()
    await page.keyboard.press('Enter')
    await page.locator('article').waitFor()
    expect(space.host.questions).toHaveLength(1)
  })

  test.each([
    ['#nowhere', 'channel'],
    ['#general/deadbeefdeadbeefdead', 'thread'],
  ])('an address that leads nowhere says so: %s', async (hash, what) => {
    await using space = await workspace()
    const page = await visit(space, 'Ana', {}, /status of 404/)
    await page.goto(`${space.url}/${hash}`)
    await page.getByText(`There is no such ${what}.`).waitFor()
    expect(await page.locator('#composer').count()).toBe(0)
    await page.getByRole('link', { name: 'go to #general' }).click()
    await page.locator('#composer').waitFor()
    await ask(space, page, 'here I am')
  })

  test('with a token the form asks for it and says when it is wrong', async () => {
    await using space = await workspace({ token: 'sesame' })
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(space.url)
    await page.getByLabel('Your name').fill('Ana')
    await page.getByLabel('Access token').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('not the right one').waitFor()
    await page.getByLabel('Access token').fill('sesame')
    await page.keyboard.press('Enter')
    await page.locator('.workspace').waitFor()
  })
})
