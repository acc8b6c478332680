/**
 * Makes the pictures of docs/images anew: `node test/adapters/web/screenshots.ts` (needs Chromium).
 *
 * The conversation is scripted, so that the pictures change only when the page does.
 */
import { mkdir } from 'node:fs/promises'
import { createWeb } from '#adapters/web/web.ts'
import { systemClock } from '#core/clock.ts'
import type { Question } from '#core/dialogue/question.ts'
import { openSqliteStore } from '#core/store/sqlite-store.ts'
import { quietLog } from '#test/quiet-log.ts'
import { openBrowser } from './browser.ts'
import { exampleInsights } from './example-insights.ts'
import { recordingHost, replyTo } from './recording-host.ts'
import { serve } from './served.ts'

const COMPARISON = `Both are good here. The difference is where the work goes:

| | SQLite | Postgres |
| --- | --- | --- |
| Runs as | a file in your process | a server of its own |
| Writers at once | one | many |
| Best for | one machine, reads first | several machines, many writers |

**Start with SQLite** if one process writes. These settings carry most teams a long way:

\`\`\`ts
import { DatabaseSync } from 'node:sqlite'

// One writer, many readers, and no loss on a crash.
const db = new DatabaseSync('parley.db')
db.exec('PRAGMA journal_mode = WAL')
db.exec('PRAGMA synchronous = FULL')
\`\`\``

const FOLLOW_UP = `At about **a thousand small commits a second** on one disk, if each is its own transaction:

1. Put writes that belong together into one transaction.
2. Keep them short, so that the queue behind the one writer stays short.
3. Measure with \`synchronous = FULL\`, which is what you will run.`

const OTHERS = [
  [
    'Mira',
    'Draft a kind reply that says no to the Thursday planning meeting',
    'Thank you for including me. I cannot make Thursday, and',
  ],
  [
    'Jonas',
    'What does "idempotent" mean, in one sentence?',
    'Doing it twice leaves things as doing it once did.',
  ],
  ['Mira', 'Name ideas for the incident bot', 'Here are eight short names that are easy to say on a call'],
  [
    'Tom',
    'Summarise the release notes of Node 24 for the team',
    'Node 24 brings a newer V8, npm 11 and a stable',
  ],
] as const

const STANDUP = 'Our standup takes 40 minutes for nine people. What would you change first?'

const SUGGESTION = `Then give them a place of their own:

1. In the standup everybody says only what blocks them.
2. Whoever wants to talk about it stays for the quarter of an hour after it.
3. Look again in two weeks: what was never discussed did not need the meeting.`

const folder = process.argv[2] ?? 'docs/images'
await mkdir(folder, { recursive: true })

const waiting: ((question: Question) => void)[] = []
const host = recordingHost((question) => waiting.shift()?.(question))
const web = createWeb(
  { modelLabel: 'gpt-6-luna at api.openai.com' },
  { store: openSqliteStore('memory:', quietLog).keyv('web'), clock: systemClock, log: quietLog },
)
await web.start(host)
const served = await serve(web)
const browser = await openBrowser()

const asked = () => new Promise<Question>((resolve) => waiting.push(resolve))

async function personNamed(
  name: string,
  look: { width: number; height: number; colorScheme: 'light' | 'dark' },
) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    colorScheme: look.colorScheme,
    deviceScaleFactor: look.width < 600 ? 2 : 1,
  })
  const page = await context.newPage()
  await page.goto(served.url)
  await page.getByLabel('Your name').fill(name)
  await page.getByRole('button', { name: 'Come in' }).click()
  await page.locator('#composer').waitFor({ state: 'attached' })
  return page
}

async function ask(page: Awaited<ReturnType<typeof personNamed>>, text: string): Promise<Question> {
  const question = asked()
  await page.locator('#composer').fill(text)
  await page.keyboard.press('Enter')
  return await question
}

try {
  for (const [name, text, answer] of OTHERS) {
    const page = await personNamed(name, { width: 1280, height: 800, colorScheme: 'light' })
    await replyTo(web, await ask(page, text)).finish(answer)
    await page.context().close()
  }

  const ana = await personNamed('Ana', { width: 1280, height: 920, colorScheme: 'light' })
  const first = await ask(ana, 'Compare SQLite and Postgres for a team of twelve')
  const earlier = await replyTo(web, first).finish('SQLite, unless you know why not.')
  await replyTo(web, first, earlier).finish(COMPARISON)
  await ana.getByText('2 of 2').waitFor()
  await ana.getByRole('button', { name: 'Good reply' }).click()
  const tom = await personNamed('Tom', { width: 1280, height: 920, colorScheme: 'light' })
  await tom.goto(`${served.url}/${new URL(ana.url()).hash}`)
  await tom.getByRole('button', { name: 'More reactions' }).click()
  await tom.getByRole('button', { name: 'Celebrate' }).click()
  const second = await ask(tom, 'And how many writes can it take?')
  await replyTo(web, second).grow(FOLLOW_UP.slice(0, 230))
  await ana.getByText('Keep them').waitFor()
  await ana.mouse.move(5, 5)
  await ana.screenshot({ path: `${folder}/workspace-light.png` })
  await ana.emulateMedia({ colorScheme: 'dark' })
  await ana.screenshot({ path: `${folder}/workspace-dark.png` })
  host.deskAnswers.insights = await exampleInsights(2, { replies: 900, days: 40, tasks: 220 })
  const looking = await personNamed('Ana', { width: 1280, height: 920, colorScheme: 'light' })
  await looking.goto(`${served.url}/#/insights`)
  await looking.getByRole('figure').nth(1).locator('canvas[width]').waitFor()
  await looking.screenshot({ path: `${folder}/insights.png` })
  host.deskAnswers.ballot = {
    task: 'task-1',
    question: 'Compare SQLite and Postgres for a team of twelve',
    answers: [COMPARISON, 'Postgres, always.', FOLLOW_UP, 'SQLite, unless you know why not.'].map(
      (text, nth) => ({ slot: String.fromCharCode(65 + nth), text }),
    ),
  }
  await looking.goto(`${served.url}/#/rank/task-1`)
  await looking.locator('.shelf [data-letter="A"]').press('1')
  await looking.locator('.shelf [data-letter="C"]').press('2')
  await looking.locator('.shelf [data-letter="D"]').press('2')
  await looking.screenshot({ path: `${folder}/compare.png` })
  host.dialogues.words = [SUGGESTION]
  await looking.goto(`${served.url}/#/console`)
  await looking.getByRole('button', { name: 'New dialogue' }).click()
  await looking.getByLabel('What the person says').fill(STANDUP)
  await looking.keyboard.press('Control+Enter')
  await looking.keyboard.insertText('Cut it to fifteen minutes, and move the discussions out of it.')
  await looking.keyboard.press('Control+Enter')
  await looking.keyboard.insertText('They say that they need the discussions.')
  await looking.keyboard.press('Control+Enter')
  await looking.keyboard.press('Alt+s')
  await looking.getByText('The suggestion is ready.').waitFor({ state: 'attached' })
  await looking.getByText('Saved', { exact: true }).waitFor()
  await looking.screenshot({ path: `${folder}/console.png` })
  if (process.argv[2] !== undefined) {
    await looking.goto(`${served.url}/#/privacy`)
    await looking.getByRole('switch').waitFor()
    await looking.screenshot({ path: `${folder}/privacy.png` })
    await ana.locator('article').first().hover()
    await ana.screenshot({ path: `${folder}/own.png` })
    await ana.getByRole('button', { name: 'Delete' }).click()
    await ana.screenshot({ path: `${folder}/delete.png` })
    await ana.getByRole('button', { name: 'Keep' }).click()
    await ana.getByRole('button', { name: 'Change' }).click()
    await ana.screenshot({ path: `${folder}/editor.png` })
    await ana.keyboard.press('Escape')
    await ana.getByRole('link', { name: 'New thread' }).click()
    await ana.emulateMedia({ colorScheme: 'light' })
    await ana.screenshot({ path: `${folder}/new.png` })
    const phone = await personNamed('Pia', { width: 390, height: 780, colorScheme: 'light' })
    await phone.screenshot({ path: `${folder}/phone-list.png` })
    await phone.goto(`${served.url}/#general/${first.thread.root}`)
    await phone.getByText('Keep them').waitFor()
    await phone.screenshot({ path: `${folder}/phone.png` })
    await replyTo(web, await ask(phone, 'My own question')).finish('**Short** answer.')
    await phone.getByText('Short', { exact: true }).waitFor()
    await phone.screenshot({ path: `${folder}/phone-own.png` })
    const signIn = await browser.newPage({ viewport: { width: 900, height: 600 } })
    await signIn.goto(served.url)
    await signIn.getByLabel('Your name').waitFor()
    await signIn.screenshot({ path: `${folder}/sign-in.png` })
  }
} finally {
  await browser.close()
  await served.close()
}
