import type { Host } from '#adapters/platform.ts'
import type { Answering, AnsweringDeps } from './answering.ts'

/** What every form works with. */
export interface FormDeps extends AnsweringDeps {
  readonly host: Host
  readonly answering: Answering
}
