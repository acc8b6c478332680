import * as z from 'zod'

/** Where a record comes from. Decides whether a training export may hold it at all (rules F4, S1). */
export const provenance = z.union([
  z.enum(['console', 'web', 'slack', 'discord']),
  /** Licensed data from elsewhere, by the licence's name: `import:cc-by-4.0`. */
  z.templateLiteral(['import:', z.string().min(1)]),
])
export type Provenance = z.infer<typeof provenance>

/** What happens on a platform comes from there. */
export const provenanceOf = (platform: string): Provenance => provenance.parse(platform)
