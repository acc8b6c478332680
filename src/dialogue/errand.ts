import type { Question } from './question.ts'
import type { Deletion, Edit, RegenerateRequest } from './request.ts'

/** What waits in the inbox, in the form it is kept. A question is answered together with others; the rest is not. */
export type Errand =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'regenerate'; readonly request: RegenerateRequest }
  | { readonly kind: 'edit'; readonly edit: Edit }
  | { readonly kind: 'delete'; readonly deletion: Deletion }

export const writeErrand = (errand: Errand): string => JSON.stringify(errand)

/** Nobody but `writeErrand` writes what this reads: another form of it is a bug of ours. */
export function readErrand(body: string): Errand {
  const errand = JSON.parse(body) as Errand
  switch (errand.kind) {
    case 'question':
    case 'regenerate':
    case 'edit':
    case 'delete':
      return errand
  }
}
