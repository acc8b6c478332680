/** The calls that forms need. Every method throws `SlackCallError` and nothing else. */
import { type KnownBlock, type ModalView, WebClient, type WebClientOptions } from '@slack/web-api'
import { calling } from '../api.ts'
import { paid, type SlackBudget } from '../budget.ts'
import type { TellPlace } from './where.ts'

export interface FormsApi {
  /** A trigger opens one view, within three seconds after the press. @returns the view's id */
  openView(trigger: string, view: ModalView): Promise<string>
  updateView(id: string, view: ModalView): Promise<void>
  /** Tell one person something that nobody else sees and that is not kept. */
  tell(place: TellPlace, user: string, message: Told): Promise<void>
  /** Post at the top of a channel. */
  post(channel: string, message: Told): Promise<void>
  /** A file in the direct messages between this person and us. */
  sendFile(user: string, file: SentFile): Promise<void>
}

/** Text for notifications, or all there is; or Markdown of up to 12,000 characters. */
export type Told =
  | { readonly text: string; readonly blocks?: readonly KnownBlock[] }
  | { readonly markdown_text: string }

export interface SentFile {
  readonly name: string
  readonly bytes: Buffer<ArrayBuffer>
  /** Stands above it. */
  readonly comment: string
}

/** A write that takes longer is taken as lost. */
const TIMEOUT_MS = 10_000
/** For as many bytes as people have. */
const UPLOAD_TIMEOUT_MS = 60_000

/** @param budget of the workspace, which is known from the first event on. */
export function createFormsApi(
  token: string,
  options: WebClientOptions,
  budget: () => SlackBudget,
): FormsApi {
  // Never retried in here, for the reasons that `createApi` has.
  const strict = { ...options, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true }
  const client = new WebClient(token, { ...strict, timeout: TIMEOUT_MS })

  const pay = <T>(method: Parameters<SlackBudget['of']>[0], call: () => Promise<T>, channel?: string) =>
    paid(method, budget().of(method, channel), {}, () => calling(method, call))

  return {
    openView: (trigger_id, view) =>
      pay('views.open', async () => {
        const { view: opened } = await client.views.open({ trigger_id, view })
        if (opened?.id === undefined) throw new Error('Slack said ok and named no view.')
        return opened.id
      }),
    updateView: (view_id, view) =>
      pay('views.update', async () => {
        await client.views.update({ view_id, view })
      }),
    tell: ({ channel, root }, user, message) =>
      pay('chat.postEphemeral', async () => {
        const thread = root === undefined ? {} : { thread_ts: root }
        await client.chat.postEphemeral({ channel, user, ...thread, ...arguments_(message) })
      }),
    post: (channel, message) =>
      pay(
        'chat.postMessage',
        async () => {
          await client.chat.postMessage({ channel, ...arguments_(message), unfurl_links: false })
        },
        channel,
      ),
    sendFile: (user, { name, bytes, comment }) =>
      calling('files.completeUploadExternal', async () => {
        const { channel } = await client.conversations.open({ users: user })
        const place = await client.files.getUploadURLExternal({ filename: name, length: bytes.length })
        const { upload_url: url, file_id: id } = place
        if (channel?.id === undefined || url === undefined || id === undefined)
          throw new Error('Slack said ok and named no conversation, or no file.')
        // Not by the SDK: it would write all of the bytes into its log, at debug.
        const signal = AbortSignal.timeout(UPLOAD_TIMEOUT_MS)
        const { status } = await fetch(url, { method: 'POST', body: bytes, signal })
        if (status !== 200) throw new Error(`Slack answered an upload with ${status}.`)
        const file = { channel_id: channel.id, initial_comment: comment }
        await client.files.completeUploadExternal({ files: [{ id, title: name }], ...file })
      }),
  }
}

/** Slack's types want arrays that can be changed. */
function arguments_(message: Told) {
  if ('markdown_text' in message) return message
  const { text, blocks } = message
  return blocks === undefined ? { text } : { text, blocks: [...blocks] }
}
