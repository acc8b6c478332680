import * as z from 'zod'

/** What people need to know of a setting besides its schema. */
export interface SettingFacts {
  readonly env: string
  /** Whole sentences, for the example files. */
  readonly about: string
  /** What stands in the example files where there is no default. */
  readonly example?: string
  /** How to mend a wrong value, as a whole sentence, where "Set X=example." would not help. */
  readonly fix?: string
  /** Its value is never shown. */
  readonly secret?: true
}

export const facts = z.registry<SettingFacts>()
