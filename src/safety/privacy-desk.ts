import type { PersonRef } from '#core/person.ts'

/** What Parley keeps of a person, as the person may see it. */
export interface PrivacyView {
  /** Whether what they say and do may train a model (rule S2). Off until they turn it on. */
  readonly consent: { readonly training: boolean; readonly since: number | undefined }
  readonly kept: readonly { readonly what: string; readonly count: number }[]
}

/** What people may ask about themselves, on every platform (rules S2, S3). `Host.privacy`. */
export interface PrivacyDesk {
  view(person: PersonRef): Promise<PrivacyView>
  /** One JSON object a line. */
  export(person: PersonRef): AsyncIterable<string>
  /** Everything of theirs leaves transcripts, ledger and every later dataset. @returns how many things that were. */
  erase(person: PersonRef, at: number): Promise<number>
  /** @param training whether what they say and do may train a model from now on. */
  consent(person: PersonRef, training: boolean, at: number): Promise<void>
}
