import * as z from 'zod'

/** How an answer was chosen among several: `Choice` in src/model/model.ts says what each means. */
export const choice = z
  .object({
    n: z.number(),
    seed: z.number(),
    scores: z.array(z.number().nullable()).readonly(),
    chosen: z.number(),
    rewardModel: z.string().exactOptional(),
    by: z.enum(['score', 'shadow', 'late', 'failed', 'only']),
  })
  .readonly()
