import type { Keyv } from 'keyv'

/** Ids of records, in the order in which they were put in. */
export type IdList = readonly string[]

/** What is to be written so that `id` is in the list or is not; nothing when it is so already. */
export async function listedIn(
  keyv: Keyv,
  list: string,
  id: string,
  isIn: boolean,
): Promise<readonly { readonly key: string; readonly value: IdList }[]> {
  const ids = (await keyv.get<IdList>(list)) ?? []
  if (ids.includes(id) === isIn) return []
  return [{ key: list, value: isIn ? [...ids, id] : ids.filter((each) => each !== id) }]
}
