import type { Page } from 'playwright-core'
import type { Question } from '#core/dialogue/question.ts'
import { WebClient } from './client.ts'
import { newReply, type Reply, replyTo } from './recording-host.ts'
import { ask } from './visiting.ts'
import type { Workspace } from './workspace.ts'

/** A finished reply below which everything can be pressed. */
export interface Judged {
  readonly reply: string
  readonly message: string
  readonly question: Question
}

export async function judge(space: Workspace, question: Question, text: string): Promise<Judged> {
  const reply: Reply = replyTo(space.web, question, [], newReply())
  const view = {
    parts: [text],
    finished: true,
    controls: ['good', 'bad', 'regenerate', 'correct', 'compare'],
  } as const
  const [message = ''] = await reply.surface.show(view, new AbortController().signal)
  return { reply: reply.name, message, question }
}

/** Asked and answered, over HTTP. */
export async function answered(
  space: Workspace,
  text = 'An answer.',
): Promise<Judged & { readonly client: WebClient; readonly person: string }> {
  const { client, session } = await WebClient.signedIn(space.url, 'Ana')
  await client.begin('a name for the bot')
  const question = space.host.questions.at(-1)
  if (question === undefined || session.person === null) throw new Error('no question')
  return { ...(await judge(space, question, text)), client, person: session.person.id }
}

/** Asked and answered at the page. */
export async function answeredAt(space: Workspace, page: Page, text = 'An answer.'): Promise<Judged> {
  const judged = await judge(space, await ask(space, page, 'a name for the bot'), text)
  await page.getByRole('button', { name: 'Bad reply' }).waitFor()
  return judged
}
