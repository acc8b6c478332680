/**
 * Which text may enter a training export at all, whoever consents to it (rule S1).
 *
 * What people write in the trainer console, in our own web workspace or bring in under a licence may. Slack and
 * Discord forbid it: their text passes only when somebody named stands for it, and only while it is young. Whatever
 * passes so is written into the manifest and the model card, with the clause. Decides nothing about consent
 * (`consent.ts`) and changes no text (`deidentify/`).
 */
import * as z from 'zod'

const CLAUSES = {
  slack:
    'Slack API Terms of Service, effective 10 October 2025: a third-party provider "may not: (A) use API Data to train a large language model".',
  discord:
    'Discord Developer Policy, rule 21: "Do not use message content obtained through the APIs to train machine learning or AI models (including large language models) unless express permission is granted by Discord."',
} as const

export type GatedPlatform = keyof typeof CLAUSES

/** Why text of a platform may be used all the same. For the manifest of a dataset and the card of a model. */
export const permissionSchema = z
  .discriminatedUnion('platform', [
    z.object({
      platform: z.literal('slack'),
      clause: z.string(),
      basis: z.literal('own-workspace-attested'),
      by: z.string(),
      /** Like `2026-11-23`. */
      on: z.string(),
    }),
    z.object({
      platform: z.literal('discord'),
      clause: z.string(),
      basis: z.literal('permission-of-discord'),
      reference: z.string(),
    }),
  ])
  .readonly()
export type Permission = z.infer<typeof permissionSchema>

export interface SourceSettings {
  readonly slack?: { readonly by: string; readonly on: string }
  readonly discord?: { readonly reference: string }
  readonly platformTextDays: number
}

/** Where a row comes from. */
export interface Source {
  /** `console`, `web`, `slack`, `discord` or `import:<licence>`. */
  readonly provenance: string
  /** `threadKey`, where it was said in one: words of a Slack thread are Slack's, wherever they were judged. */
  readonly thread?: string
  /** When the oldest of it was said, milliseconds since the epoch. */
  readonly at: number
}

/** `say` is a sentence for the operator. */
export type Verdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      readonly why: 'no_permission' | 'too_old' | 'unknown_source'
      readonly say: string
    }

export interface SourceGate {
  /** @param now milliseconds since the epoch. */
  judge(source: Source, now: number): Verdict
  /** For manifest and model card; empty when no platform text is let through. */
  readonly permissions: readonly Permission[]
  /** To be shown before every export: each platform's clause, and who stands for using its text or how to. */
  readonly notices: readonly string[]
  readonly platformTextDays: number
}

const DAY_MS = 86_400_000
const ALLOWED: Verdict = { allowed: true }

export function createSourceGate({ slack, discord, platformTextDays }: SourceSettings): SourceGate {
  const permissions: readonly Permission[] = [
    ...(slack === undefined
      ? []
      : [
          {
            platform: 'slack' as const,
            clause: CLAUSES.slack,
            basis: 'own-workspace-attested' as const,
            ...slack,
          },
        ]),
    ...(discord === undefined
      ? []
      : [
          {
            platform: 'discord' as const,
            clause: CLAUSES.discord,
            basis: 'permission-of-discord' as const,
            ...discord,
          },
        ]),
  ]

  const judgePlatform = (platform: GatedPlatform, at: number, now: number): Verdict => {
    const permission = permissions.find((each) => each.platform === platform)
    if (permission === undefined || isNotYet(permission, now))
      return { allowed: false, why: 'no_permission', say: REFUSALS[platform] }
    if (now - at > platformTextDays * DAY_MS) {
      const say = `It is older than ${platformTextDays} days, which is as long as text from ${NAMES[platform]} may be used.`
      return { allowed: false, why: 'too_old', say }
    }
    return ALLOWED
  }

  return {
    judge({ provenance, thread, at }, now) {
      const verdicts = [provenance, thread?.split(':')[0] ?? provenance].map((source) => {
        if (isGated(source)) return judgePlatform(source, at, now)
        if (source === 'console' || source === 'web' || /^import:\S+$/.test(source)) return ALLOWED
        const say = `"${source}" is no source that Parley knows.`
        return { allowed: false, why: 'unknown_source', say } satisfies Verdict
      })
      return verdicts.find(({ allowed }) => !allowed) ?? ALLOWED
    },
    permissions,
    notices: [noticeOn('slack', permissions), noticeOn('discord', permissions)],
    platformTextDays,
  }
}

const isGated = (source: string): source is GatedPlatform => Object.hasOwn(CLAUSES, source)

/** A day that is still to come attests nothing. It begins first in the zone 14 hours before UTC. */
const isNotYet = (permission: Permission, now: number): boolean =>
  permission.platform === 'slack' && Date.parse(`${permission.on}T00:00:00+14:00`) > now

const NAMES: Readonly<Record<GatedPlatform, string>> = { slack: 'Slack', discord: 'Discord' }

const REFUSALS: Readonly<Record<GatedPlatform, string>> = {
  slack:
    'No text from Slack is used. Only for an app of your own in your own workspace: set PARLEY_SLACK_TRAINING=own-workspace-attested, PARLEY_SLACK_TRAINING_BY and PARLEY_SLACK_TRAINING_ON.',
  discord:
    "No text from Discord is used. With Discord's written permission: set PARLEY_DISCORD_TRAINING_PERMISSION to its reference.",
}

function noticeOn(platform: GatedPlatform, permissions: readonly Permission[]): string {
  const permission = permissions.find((each) => each.platform === platform)
  return `${CLAUSES[platform]} ${permission === undefined ? REFUSALS[platform] : standsFor(permission)}`
}

function standsFor(permission: Permission): string {
  switch (permission.platform) {
    case 'slack':
      return `Text from Slack is used because ${permission.by} attested on ${permission.on} that this is an app of your own in your own workspace.`
    case 'discord':
      return `Text from Discord is used by permission of Discord: ${permission.reference}.`
  }
}
