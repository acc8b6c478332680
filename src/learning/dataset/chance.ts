import { createHmac } from 'node:crypto'
import { SPLIT_SHARES, SPLITS, type Split } from './dataset.ts'

const digest = (key: string, name: string): Buffer => createHmac('sha256', key).update(name).digest()

/** Orders names by chance, the same way for the same seed (rule L5), and whatever other names there are. */
export const lot = (seed: string, name: string): string => digest(seed, name).toString('hex').slice(0, 32)

/** The split of a conversation: it follows from its name and the salt alone (rule L1). */
export function bucketOf(name: string, salt: string): Split {
  const place = digest(salt, name).readUInt32BE() / 2 ** 32
  let end = 0
  for (const split of SPLITS) {
    end += SPLIT_SHARES[split] / 100
    if (place < end) return split
  }
  return 'train'
}
