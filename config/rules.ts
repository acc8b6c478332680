/** What must hold between settings. Looks at what is given, so that it can speak before every value is right. */
import { isIPv4 } from 'node:net'
import { channel, host } from './kinds.ts'
import { type Given, problem } from './problems.ts'
import { everySetting } from './settings.ts'

/** Every setting that is given, by its key. */
export type AllGiven = ReadonlyMap<string, Given>

export const brokenRules = (given: AllGiven): readonly string[] => [
  ...openWithoutToken(given),
  ...slackWithoutReceiver(given),
  ...slackWithoutBot(given),
  ...attestedByNobody(given),
  ...reviewedNowhere(given),
  ...chosenByNobody(given),
  ...allAlike(given),
]

/** Whoever reaches the port could speak to the model at the operator's cost. */
function openWithoutToken(given: AllGiven): string[] {
  const address = host.safeParse(given.get('host')?.value)
  if (!address.success || isLoopback(address.data)) return []
  if (given.get('web.enabled')?.value === 'off' || given.has('web.token')) return []
  return [
    missing('web.token', {
      expected: `a token of at least 16 characters, because other machines can reach PARLEY_HOST=${address.data}`,
      fix: 'Set PARLEY_WEB_TOKEN (make one with `openssl rand -hex 24`), or PARLEY_WEB=off, or PARLEY_HOST=127.0.0.1.',
    }),
  ]
}

function slackWithoutReceiver(given: AllGiven): string[] {
  if (!given.has('slack.botToken') || given.has('slack.signingSecret') || given.has('slack.appToken'))
    return []
  return [
    missing('slack.appToken', {
      expected: 'a token that begins with xapp-, because SLACK_BOT_TOKEN alone receives no messages',
      fix: 'Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET when Slack sends events over HTTP.',
    }),
  ]
}

function slackWithoutBot(given: AllGiven): string[] {
  const receiver = ['slack.signingSecret', 'slack.appToken'].find((key) => given.has(key))
  if (receiver === undefined || given.has('slack.botToken')) return []
  return [
    missing('slack.botToken', {
      expected: `a token that begins with xoxb-, because ${envOf(receiver)} is set`,
      fix: `Set SLACK_BOT_TOKEN (Slack app, page OAuth & Permissions), or remove ${envOf(receiver)}.`,
    }),
  ]
}

/** A permission that nobody stands for is none (rule S1). */
function attestedByNobody(given: AllGiven): string[] {
  if (given.get('training.slack')?.value !== 'own-workspace-attested') return []
  const needs = [
    { key: 'training.slackBy', expected: 'the name of who attests it', fix: 'Jane Doe, Example Ltd' },
    { key: 'training.slackOn', expected: 'the day on which it was attested', fix: '2026-11-23' },
  ]
  return needs
    .filter(({ key }) => !given.has(key))
    .map(({ key, expected, fix }) =>
      missing(key, {
        expected: `${expected}, because PARLEY_SLACK_TRAINING is own-workspace-attested`,
        fix: `Set ${envOf(key)}=${fix}, or PARLEY_SLACK_TRAINING=off.`,
      }),
    )
}

/** Asking where Parley is not would be an invitation that nobody ever sees. */
function reviewedNowhere(given: AllGiven): string[] {
  const found = given.get('review.channel')
  const place = channel.safeParse(found?.value)
  if (found === undefined || !place.success) return []
  const turnsOn = { slack: 'slack.botToken', discord: 'discord.token' }[place.data.platform]
  const isOn = turnsOn === undefined ? given.get('web.enabled')?.value !== 'off' : given.has(turnsOn)
  if (isOn) return []
  return [
    problem(envOf('review.channel'), {
      got: String(found.value),
      expected: 'a channel of a platform that is configured',
      fix: `Set ${turnsOn === undefined ? 'PARLEY_WEB=on' : envOf(turnsOn)} too, or name a channel of another platform.`,
    }),
  ]
}

const severalAnswers = (given: AllGiven): string | undefined =>
  ['bestOf.replies', 'bestOf.suggestions'].find((key) => Number(given.get(key)?.value ?? 1) > 1)

/** Several answers would cost their price, and the first would always be given. */
function chosenByNobody(given: AllGiven): string[] {
  const several = severalAnswers(given)
  if (several === undefined) return []
  if (!given.has('bestOf.address'))
    return [
      missing('bestOf.address', {
        expected: `a reward model, because ${envOf(several)} draws several answers`,
        fix: `Set PARLEY_REWARD_MODEL to what "parley learn rm train" made, or ${envOf(several)}=1.`,
      }),
    ]
  const isService = /^https?:/.test(String(given.get('bestOf.address')?.value))
  if (!isService || given.has('bestOf.token')) return []
  return [
    missing('bestOf.token', {
      expected: 'the token of the reward service that PARLEY_REWARD_MODEL names',
      fix: 'Set PARLEY_REWARD_TOKEN to what "parley learn rm serve" was started with.',
    }),
  ]
}

/** The most likely word each time is the same answer each time. */
function allAlike(given: AllGiven): string[] {
  const several = severalAnswers(given)
  const temperature = given.get('model.temperature')?.value
  if (several === undefined || temperature === undefined || Number(temperature) !== 0) return []
  return [
    problem(envOf('model.temperature'), {
      got: String(temperature),
      expected: `more than 0, because ${envOf(several)} draws several answers to choose from`,
      fix: `Set PARLEY_MODEL_TEMPERATURE=0.7, or ${envOf(several)}=1.`,
    }),
  ]
}

const missing = (key: string, { expected, fix }: { expected: string; fix: string }): string =>
  problem(envOf(key), { got: undefined, expected, fix })

const envOf = (key: string): string => everySetting.find((setting) => setting.key === key)?.env ?? key

const isLoopback = (host: string): boolean =>
  host === '::1' || host.toLowerCase() === 'localhost' || (isIPv4(host) && host.startsWith('127.'))
