/**
 * The names by which Insights draws curves (`jobs/curves.ts`), beside the trainers' own: each calls the same thing
 * otherwise. The first that is there counts; a name that is there already stays.
 */
type Names = Readonly<Record<'loss' | 'accuracy', readonly string[]>>

/** transformers, TRL and OpenRLHF. Their `train_loss` is the mean of a whole training, and no point of its curve. */
export const TRAINER_NAMES: Names = {
  loss: ['gpt_loss', 'policy_loss'],
  accuracy: ['acc', 'rewards/accuracies', 'mean_token_accuracy'],
}

/** OpenAI's events. */
export const ENDPOINT_NAMES: Names = {
  loss: ['train_loss'],
  accuracy: ['train_accuracy', 'train_mean_token_accuracy'],
}

export function withOurNames(
  values: Readonly<Record<string, number>>,
  names: Names,
): Readonly<Record<string, number>> {
  const added = Object.entries(names).flatMap(([ours, theirs]) => {
    const found = theirs.map((name) => values[name]).find((value) => value !== undefined)
    return found === undefined ? [] : [[ours, found] as const]
  })
  return { ...Object.fromEntries(added), ...values }
}
