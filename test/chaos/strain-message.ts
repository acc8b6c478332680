import { z } from 'zod'

/** What a Parley process is told to bear; see `strain.ts`. */
export const strainSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('clock'), offsetMs: z.number() }),
  z.object({ kind: z.literal('disk'), full: z.boolean() }),
])

export type Strain = z.infer<typeof strainSchema>
