import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { CORRECTION_FORM } from '#adapters/forms.ts'
import { LISTENED } from '#adapters/slack/events.ts'
import { COMMAND, CORRECT_SHORTCUT } from '#adapters/slack/forms/heard.ts'
import { SCOPES } from '#adapters/slack/identity.ts'

/** Limits: docs.slack.dev/reference/app-manifest. Strict, so that a misspelt key is found here and not by Slack. */
const manifestSchema = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.number().int() }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140).optional(),
    long_description: z.string().min(175).max(4_000).optional(),
    background_color: z
      .string()
      .regex(/^#[0-9a-f]{6}$/i)
      .optional(),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    shortcuts: z
      .array(
        z.strictObject({
          type: z.enum(['message', 'global']),
          name: z.string().min(1).max(24),
          callback_id: z.string().min(1).max(255),
          description: z.string().min(1).max(150),
        }),
      )
      .max(10),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\/\w{1,31}$/),
          url: z.url().optional(),
          description: z.string().min(1).max(2_000),
          usage_hint: z.string().max(1_000).optional(),
          should_escape: z.boolean(),
        }),
      )
      .max(50),
    bot_user: z.strictObject({ display_name: z.string().min(1).max(80), always_online: z.boolean() }),
    agent_view: z.strictObject({
      agent_description: z.string().min(1).max(300),
      suggested_prompts: z
        .array(z.strictObject({ title: z.string().min(1), message: z.string().min(1) }))
        .max(4),
    }),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).nonempty() }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({
      request_url: z.url().optional(),
      bot_events: z.array(z.string()).nonempty().max(100),
    }),
    interactivity: z.strictObject({ is_enabled: z.boolean(), request_url: z.url().optional() }).optional(),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
})

/** What each event needs. */
const SCOPE_OF: Readonly<Record<string, string>> = {
  agent_session_stopped: 'chat:write',
  app_mention: 'app_mentions:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
  'message.mpim': 'mpim:history',
  reaction_added: 'reactions:read',
  reaction_removed: 'reactions:read',
}

const manifest = manifestSchema.parse(
  JSON.parse(readFileSync(new URL('../../../config/slack-manifest.json', import.meta.url), 'utf8')),
)
const events = manifest.settings.event_subscriptions.bot_events
const scopes = manifest.oauth_config.scopes.bot

test('every event that is listened to is subscribed, and none besides', () => {
  const listened = LISTENED.flatMap((name) =>
    name === 'message' ? ['message.channels', 'message.groups', 'message.im', 'message.mpim'] : [name],
  )
  expect(events.toSorted()).toEqual(listened.toSorted())
})

test('T5: what is pressed reaches us', () => {
  expect(manifest.settings.interactivity?.is_enabled).toBe(true)
})

test('F3, S3: the shortcut and the command are those that are listened to, and have their scope', () => {
  const { shortcuts, slash_commands } = manifest.features
  expect(shortcuts).toMatchObject([
    { type: 'message', name: CORRECTION_FORM.title, callback_id: CORRECT_SHORTCUT },
  ])
  expect(slash_commands.map(({ command }) => command)).toEqual([COMMAND])
  expect(scopes).toContain('commands')
})

test('every event has its scope', () => {
  for (const event of events) expect(scopes).toContain(SCOPE_OF[event])
})

test('the scopes are those that a start looks for', () => {
  expect(scopes.toSorted()).toEqual(SCOPES.toSorted())
})

test('nothing is named twice', () => {
  expect(new Set(events).size).toBe(events.length)
  expect(new Set(scopes).size).toBe(scopes.length)
})
