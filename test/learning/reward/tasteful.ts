/** A dataset of rankings by people with a plain taste: thanks are liked, shouting is not. */
import { Random } from '#core/learning/local/random.ts'
import { build, dialogue, ranked, words } from '../dataset/given.ts'

const LIKED = ['thank you', 'gladly', 'of course']
const DISLIKED = ['whatever', 'obviously', 'no way']

/** @returns the directory again */
export async function tastefulDataset(out: string, prompts: number, seed = 1): Promise<string> {
  const random = new Random(seed, 'tasteful')
  const rankings = Array.from({ length: prompts }, (_, nth) => {
    const candidates = [0, 1, 2, 3].map((each) => {
      const liked = random.below(4)
      const opening = liked === 0 ? random.pick(DISLIKED) : liked === 3 ? random.pick(LIKED) : 'well'
      return { liked, text: `${opening}, ${words(nth * 4 + each + seed * 100_000_000, 6)}.` }
    })
    const ranking = () => {
      const worth = candidates.map(({ liked }) => (liked === 0 ? -3 : liked === 3 ? 3 : 0) + random.gumbel())
      const order = worth.map((_, each) => each).sort((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0))
      return { order: order.map((each) => [each]), allBad: false }
    }
    return ranked(nth + seed * 10_000_000, {
      candidates: candidates.map(({ text }) => text),
      // One in ten is ranked by two people (rule F6).
      rankings: nth % 10 === 0 ? [ranking(), ranking()] : [ranking()],
    })
  })
  const demonstrations = Array.from({ length: 40 }, (_, nth) =>
    dialogue(nth, { answer: `${random.pick([...LIKED, 'well'])}, ${words(nth + 90_000_000, 6)}.` }),
  )
  await build([...rankings, ...demonstrations], { out, kinds: ['rank', 'sft'] })
  return out
}
