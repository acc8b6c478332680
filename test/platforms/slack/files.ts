/** Files: the app asks for an address, sends the bytes there, and says whom to show them to. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { SharedFile } from './contract.ts'
import { type Json, textOf } from './json.ts'
import type { Messages } from './messages.ts'
import { invalid, SlackFailure } from './request.ts'
import type { Methods } from './web-api.ts'
import { BOT, type Workspace } from './workspace.ts'

interface Upload {
  readonly name: string
  readonly length: number
  content: Buffer | undefined
}

export interface FilesDeps {
  readonly base: () => string
  readonly workspace: Workspace
  readonly messages: Messages
}

export class Files {
  readonly #deps: FilesDeps
  readonly #uploads = new Map<string, Upload>()
  readonly shared: SharedFile[] = []

  constructor(deps: FilesDeps) {
    this.#deps = deps
  }

  begin(name: string, length: number): Json {
    if (!Number.isInteger(length) || length < 1) throw invalid('length must be a positive number')
    const id = this.#deps.workspace.nextId('F')
    this.#uploads.set(id, { name, length, content: undefined })
    return { upload_url: `${this.#deps.base()}/upload/${id}`, file_id: id }
  }

  /** Needs no token: the address itself is the secret. */
  async handle(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const upload = this.#uploads.get(id)
    const content = await buffer(request)
    if (upload === undefined || content.length !== upload.length) {
      response.writeHead(400).end()
      return
    }
    upload.content = content
    response.writeHead(200).end(`OK - ${content.length}`)
  }

  /** @throws SlackFailure `file_not_found`, `channel_not_found`, `not_in_channel` */
  complete(files: readonly Json[], channelId: string | undefined, comment: string): Json {
    const { workspace, messages } = this.#deps
    const channel = channelId === undefined ? undefined : workspace.channelToWrite(channelId)
    const uploads = files.map(({ id }) => {
      const upload = this.#uploads.get(textOf(id))
      if (upload?.content === undefined) throw new SlackFailure('file_not_found')
      return { name: upload.name, content: upload.content.toString() }
    })
    if (channel !== undefined) {
      for (const upload of uploads) this.shared.push({ ...upload, channel: channel.id, comment })
      const author = workspace.user(BOT.userId)
      messages.post({ author, channel, text: comment, threadTs: undefined, subtype: 'file_share' })
    }
    return { files: files.map(({ id, title }) => ({ id, title })) }
  }
}

export const fileMethods = (files: Files): Methods => ({
  'files.getUploadURLExternal': (args) => files.begin(args.need('filename'), Number(args.need('length'))),
  'files.completeUploadExternal': (args) =>
    files.complete(
      args.objects('files', 'invalid_arguments') ?? [],
      args.text('channel_id'),
      args.text('initial_comment') ?? '',
    ),
})
