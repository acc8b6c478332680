/** The part of the table of settings that is about learning: what may train a model, and what a reward model chooses. */
import * as z from 'zod'
import { facts } from './facts.ts'
import { channel, choice, day, text, token, whole } from './kinds.ts'

/** As many as a ranking has. */
const answersAtOnce = whole(1, 9, 'answers')

export const learningSettings = {
  training: z.object({
    slack: choice('off', 'own-workspace-attested').default('off').register(facts, {
      env: 'PARLEY_SLACK_TRAINING',
      about:
        'Whether text from Slack may enter a training export. Slack forbids providers to train language models on its data; own-workspace-attested says that this is an app of your own, used in your own workspace only. It needs the two settings below, and the consent of each person.',
    }),
    slackBy: text.optional().register(facts, {
      env: 'PARLEY_SLACK_TRAINING_BY',
      about: 'Who attests that. The name is written into every dataset and model made with text from Slack.',
      example: 'Jane Doe, Example Ltd',
    }),
    slackOn: day.optional().register(facts, {
      env: 'PARLEY_SLACK_TRAINING_ON',
      about: 'The day on which it was attested.',
      example: '2026-11-23',
    }),
    discordPermission: text.optional().register(facts, {
      env: 'PARLEY_DISCORD_TRAINING_PERMISSION',
      about:
        "The reference of Discord's written permission to train on message content, which its Developer Policy asks for. Without it, no text from Discord enters a training export.",
      example: 'letter of 2026-11-23 from Discord Inc.',
    }),
    platformTextDays: whole(1, 3_650, 'days').default(30).register(facts, {
      env: 'PARLEY_TRAINING_PLATFORM_TEXT_DAYS',
      about: 'How old text from Slack or Discord may be when it enters a training export, in days.',
    }),
  }),

  review: z.object({
    channel: channel.optional().register(facts, {
      env: 'PARLEY_REVIEW_CHANNEL',
      about:
        'Where people are asked to compare answers: the platform and its channel. It turns on a draw of replies, at random, every day; only replies to people who allow training are drawn.',
      example: 'slack:C0123',
    }),
    perDay: whole(1, 1_000, 'replies').default(5).register(facts, {
      env: 'PARLEY_REVIEW_PER_DAY',
      about: 'How many replies are drawn for that every day, at most.',
    }),
    seed: text.optional().register(facts, {
      env: 'PARLEY_REVIEW_SEED',
      about:
        'What the draws follow from: the same seed draws the same replies. Without it, Parley makes one and keeps it.',
      example: 'autumn 2026',
    }),
  }),

  bestOf: z.object({
    replies: answersAtOnce.default(1).register(facts, {
      env: 'PARLEY_BEST_OF',
      about:
        'How many answers are drawn for each reply, of which the reward model gives the best; 1 draws one, as it comes. Several cost as many times as much, and such a reply appears whole instead of word by word.',
    }),
    suggestions: answersAtOnce.default(1).register(facts, {
      env: 'PARLEY_BEST_OF_SUGGESTIONS',
      about: 'The same for suggestions in the trainer console.',
    }),
    address: text.optional().register(facts, {
      env: 'PARLEY_REWARD_MODEL',
      about:
        'The reward model that chooses: the directory that parley learn rm train made, or the address of a reward service (parley learn rm serve).',
      example: './data/models/reward',
    }),
    embed: text.optional().register(facts, {
      env: 'PARLEY_REWARD_EMBED',
      about:
        'Where that reward model has its embeddings from, when not from where they came in training: a path that ends in .gguf, or the address of a server and a model.',
      example: 'http://127.0.0.1:11434/v1/nomic-embed-text',
    }),
    token: token({ atLeast: 16 }).optional().register(facts, {
      env: 'PARLEY_REWARD_TOKEN',
      about: 'The token of the reward service; at least 16 characters.',
      example: 'change-me',
      fix: 'Make one, for example with `openssl rand -hex 24`.',
      secret: true,
    }),
  }),
}
