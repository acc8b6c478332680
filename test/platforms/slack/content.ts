/** What a message may carry: text, Markdown, blocks and metadata, checked as the platform checks them. */
import { checkBlocks } from './blocks.ts'
import type { Block } from './contract.ts'
import { isJson, type Json } from './json.ts'
import { type Args, SlackFailure } from './request.ts'

/** Characters of `markdown_text` in one call. */
export const MARKDOWN_CHARACTERS = 12_000
/** Longer `text` is cut, and the answer warns. */
const TEXT_CHARACTERS = 40_000
const METADATA_BYTES = 16_384

export interface Content {
  readonly text: string
  /** Undefined when the call did not name blocks. */
  readonly blocks: readonly Block[] | undefined
  readonly attachments: readonly Json[] | undefined
  readonly metadata: Json | undefined
  /** For the answer's `warning`. */
  readonly truncated: boolean
}

/** @throws SlackFailure `markdown_text_conflict`, `no_text`, `msg_too_long`, `invalid_blocks`, … */
export function contentOf(args: Args): Content {
  const blocks = args.blocks()
  const attachments = args.objects('attachments', 'invalid_attachments')
  const metadata = metadataOf(args)
  const markdown = args.text('markdown_text')
  if (markdown !== undefined && markdown !== '' && (args.has('text') || blocks !== undefined)) {
    throw new SlackFailure('markdown_text_conflict')
  }
  if ((markdown ?? '').length > MARKDOWN_CHARACTERS) throw new SlackFailure('msg_too_long')
  checkBlocks(blocks ?? [], 'message')
  const text = markdown === undefined || markdown === '' ? (args.text('text') ?? '') : markdown
  const empty = text === '' && (blocks ?? []).length === 0 && (attachments ?? []).length === 0
  if (empty) throw new SlackFailure('no_text')
  const truncated = text.length > TEXT_CHARACTERS
  return { text: text.slice(0, TEXT_CHARACTERS), blocks, attachments, metadata, truncated }
}

/** @throws SlackFailure `invalid_metadata_format`, `invalid_metadata_schema`, `metadata_too_large` */
export function metadataOf(args: Args): Json | undefined {
  const metadata = args.object('metadata', 'invalid_metadata_format')
  if (metadata === undefined || Object.keys(metadata).length === 0) return metadata
  const payload = metadata.event_payload
  if (typeof metadata.event_type !== 'string' || !isJson(payload)) {
    throw new SlackFailure('invalid_metadata_format')
  }
  const inner = Object.values(payload).filter(isJson).flatMap(Object.values)
  if (inner.some((value) => typeof value === 'object' && value !== null)) {
    throw new SlackFailure('invalid_metadata_schema')
  }
  if (Buffer.byteLength(JSON.stringify(metadata)) > METADATA_BYTES)
    throw new SlackFailure('metadata_too_large')
  return metadata
}

export const warningOf = ({ truncated }: Content): Json =>
  truncated ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } } : {}
