/**
 * What is known of a model, for whoever decides about it later (M. Mitchell et al., Model cards for model reporting,
 * arXiv 1810.03993): where it comes from, on whose word, what it was measured at, and what it is not for.
 */

import type { ModelState } from './pointer.ts'
import type { ModelRecord } from './record.ts'

/** Markdown. @param notices what was said of the data's sources (rule S1), from the datasets' manifests. */
export function modelCard(record: ModelRecord, state: ModelState, notices: readonly string[] = []): string {
  const { id, base, stage, artifact, datasets, rewardModel, iteration, createdAt, verdict, rejected } = record
  const served = artifact.served
  return [
    `# ${id}`,
    '',
    ...facts({
      'What it is': artifact.kind === 'policy' ? 'a model that answers' : 'a reward model: it judges answers',
      State: state,
      'Made by': `${stage}, job ${artifact.job}, ${new Date(createdAt).toISOString()}`,
      'Began as': base,
      'Reward model': rewardModel,
      Round: iteration,
      Files: artifact.sha256 === undefined ? artifact.uri : `${artifact.uri} (sha256 ${artifact.sha256})`,
      'Served at': served === undefined ? undefined : `${served.baseUrl} as ${served.model}`,
    }),
    '',
    '## What it learned from',
    '',
    ...(datasets.length === 0
      ? ['Nothing of this installation.']
      : datasets.map(
          ({ id, consentEpoch = 'that is not known any more' }) =>
            `- dataset ${id}, built in consent epoch ${consentEpoch}`,
        )),
    ...notices.map((notice) => `\n> ${notice}`),
    '',
    '## What was measured',
    '',
    ...figures(artifact.metrics),
    '',
    '## Whether it may go to people',
    '',
    ...(rejected === undefined ? [] : [`It was rejected: ${rejected.why}`, '']),
    ...(verdict === undefined
      ? ['The gate has not judged it.']
      : [
          verdict.passed ? 'The gate let it pass.' : 'The gate did not let it pass.',
          '',
          ...verdict.reasons.map(({ passed, text }) => `- ${passed ? 'yes' : 'no'}: ${text}`),
          ...(verdict.notes ?? []).map((note) => `- to know: ${note}`),
        ]),
    '',
  ].join('\n')
}

const facts = (all: Readonly<Record<string, string | number | undefined>>): readonly string[] =>
  Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`- ${name}: ${value}`]))

const figures = (metrics: Readonly<Record<string, number>>): readonly string[] => {
  const rows = Object.entries(metrics).map(([name, value]) => `| ${name} | ${Number(value.toPrecision(4))} |`)
  return rows.length === 0 ? ['Nothing.'] : ['| figure | value |', '| --- | ---: |', ...rows]
}
