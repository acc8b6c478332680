import type { Usage } from '../model.ts'

/** What one event of a wire means to us. An event may mean nothing (reasoning, bookkeeping) or several things. */
export type Reading =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'refusal'; readonly delta: string }
  | { readonly type: 'model'; readonly name: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** The terminal event of the wire: without it a stream is not whole (rule M1). */
  | { readonly type: 'finish'; readonly finish: 'stop' | 'length' | 'filtered' }
  /** The server gave up inside a stream that began well. `said` is only for classifying, never for showing. */
  | { readonly type: 'failed'; readonly code: string | undefined; readonly said: string | undefined }
