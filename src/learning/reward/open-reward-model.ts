import { readHead } from './head/file.ts'
import { createHead, type HeadRewardModel } from './head/model.ts'
import { type EmbedderDeps, openEmbedder } from './open-embedder.ts'

/**
 * A trained head, ready to judge, with the embeddings it was trained on.
 *
 * @param address the model's file or folder, or the directory of the job that made it
 * @param embed where to have embeddings from, when not from where they came in training
 * @throws LearningError when there is no whole model there, or the embeddings are others
 * @throws ModelError, ConfigError when there are no embeddings to be had
 */
export async function openRewardModel(
  { address, embed }: { readonly address: string; readonly embed?: string | undefined },
  signal: AbortSignal,
  deps: EmbedderDeps,
): Promise<HeadRewardModel> {
  const head = await readHead(address)
  const { from, dimensions } = head.embedding
  return createHead(head, await openEmbedder({ embed: embed ?? from, dimensions }, signal, deps))
}
