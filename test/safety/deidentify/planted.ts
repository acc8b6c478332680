/** Texts with things planted in them that must be found: made by rule from a seed, and written by hand. */
import { seeded as numbers } from '#test/seeded.ts'

export interface Planted {
  readonly kind: string
  /** What must not be in the result. */
  readonly value: string
  readonly text: string
}

/** Small, seeded, and the same everywhere. */
export function seeded(seed: number) {
  const next = numbers(seed)
  const below = (end: number): number => Math.floor(next() * end)
  const from = (alphabet: string, size: number): string =>
    Array.from({ length: size }, () => alphabet[below(alphabet.length)]).join('')
  const pick = <T>(all: readonly [T, ...T[]]): T => all[below(all.length)] ?? all[0]
  return { below, from, pick, digits: (size: number) => from('0123456789', size) }
}

type Draw = ReturnType<typeof seeded>

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
const ALNUM = `${UPPER}abcdefghijklmnopqrstuvwxyz`

const slackId = (draw: Draw, first: string) => `${first}0${draw.from(UPPER, 7)}${draw.digits(2)}`
/** A time from 2016 to 2026, shifted as Discord does. */
const snowflake = (draw: Draw) =>
  String((BigInt(31_536_000_000 + draw.below(300_000_000) * 1_000) << 22n) | BigInt(draw.below(4_000_000)))

function luhned(start: string): string {
  const sum = [...start].toReversed().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 0 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return `${start}${(10 - (sum % 10)) % 10}`
}

function iban(country: string, account: string): string {
  const numeric = [...`${account}${country}00`].map((each) => Number.parseInt(each, 36)).join('')
  return `${country}${String(98n - (BigInt(numeric) % 97n)).padStart(2, '0')}${account}`
}

const inGroups = (text: string, mark: string) => text.match(/.{1,4}/g)?.join(mark) ?? text

const FIRST = ['jane', 'omar', 'li', 'søren', 'maria.k', 'j_doe', 'dev+test', 'büro'] as const
const DOMAINS = [
  'example.com',
  'mail.example.co.uk',
  'exämple.de',
  'corp.example',
  'sub.dom.example.org',
] as const

/** What a kind looks like. Each draw gives another one. */
const MAKERS: Readonly<Record<string, (draw: Draw) => string>> = {
  'user mention': (draw) =>
    draw.pick([
      `<@${slackId(draw, 'U')}>`,
      `<@${slackId(draw, 'W')}|jane>`,
      `<@${snowflake(draw)}>`,
      `<@!${snowflake(draw)}>`,
    ]),
  'channel, role or emoji': (draw) =>
    draw.pick([
      `<#${slackId(draw, 'C')}|general>`,
      `<#${snowflake(draw)}>`,
      `<@&${snowflake(draw)}>`,
      `<:wave:${snowflake(draw)}>`,
      `<a:party_blob:${snowflake(draw)}>`,
      `<!subteam^${slackId(draw, 'S')}|@oncall>`,
    ]),
  'platform id': (draw) =>
    draw.pick([
      slackId(draw, 'U'),
      slackId(draw, 'C'),
      slackId(draw, 'T'),
      slackId(draw, 'D'),
      snowflake(draw),
      `17${draw.digits(8)}.${draw.digits(6)}`,
      `u_${draw.from('0123456789abcdef', 18)}`,
    ]),
  'e-mail': (draw) => {
    const address = `${draw.pick(FIRST)}${draw.below(100)}@${draw.pick(DOMAINS)}`
    return draw.pick([address, `<mailto:${address}|${address}>`])
  },
  phone: (draw) =>
    draw.pick([
      `+1 ${2 + draw.below(7)}12 555 01${draw.digits(2)}`,
      `(415) 555-2${draw.digits(3)}`,
      `212-555-${draw.digits(4)}`,
      `+49 30 12${draw.digits(5)}`,
      `+49 (0)151 23${draw.digits(6)}`,
      `030 12${draw.digits(5)}`,
      `+33 6 12 ${draw.digits(2)} ${draw.digits(2)} ${draw.digits(2)}`,
      `06 12 ${draw.digits(2)} ${draw.digits(2)} 78`,
      `+44 7700 900${draw.digits(3)}`,
      `020 7946 0${draw.digits(3)}`,
      `+81 90-1234-${draw.digits(4)}`,
      `+86 138 1234 ${draw.digits(4)}`,
      `138-1234-${draw.digits(4)}`,
      `+34 612 34 ${draw.digits(2)} ${draw.digits(2)}`,
      `+55 (11) 98765-${draw.digits(4)}`,
      `+7 912 345-${draw.digits(2)}-${draw.digits(2)}`,
      `+91 98765 4${draw.digits(4)}`,
      `+1415555${draw.digits(4)}`,
    ]),
  IPv4: (draw) => [8 + draw.below(90), draw.below(256), draw.below(256), 1 + draw.below(254)].join('.'),
  IPv6: (draw) => {
    const group = () => (1 + draw.below(0xfffe)).toString(16)
    return draw.pick([
      `2a02:${Array.from({ length: 7 }, group).join(':')}`,
      `2606:4700:${group()}::${group()}`,
      `fe80::${group()}:${group()}:${group()}:${group()}`,
      `2A00:1450:4${draw.digits(3)}::1`,
    ])
  },
  'login in an address': (draw) =>
    draw.pick([
      `jane${draw.below(99)}:s3cr${draw.digits(4)}`,
      `${draw.from(ALNUM, 20)}`,
      `admin:p%40ss${draw.digits(3)}`,
    ]),
  'query of an address': (draw) =>
    draw.pick([
      `user=jane${draw.digits(3)}&session=${draw.from(ALNUM, 16)}`,
      `q=my+address+${draw.digits(3)}`,
      `token=${draw.from(ALNUM, 24)}`,
    ]),
  card: (draw) => {
    const card = draw.pick([
      luhned(`4${draw.digits(14)}`),
      luhned(`5${1 + draw.below(5)}${draw.digits(13)}`),
      luhned(`37${draw.digits(12)}`),
      luhned(`6011${draw.digits(11)}`),
      luhned(`3530${draw.digits(11)}`),
    ])
    return draw.pick([card, inGroups(card, ' '), inGroups(card, '-')])
  },
  IBAN: (draw) => {
    const made = draw.pick([
      iban('DE', draw.digits(18)),
      iban('GB', `WEST${draw.digits(14)}`),
      iban('FR', `${draw.digits(20)}A${draw.digits(2)}`),
      iban('ES', draw.digits(20)),
      iban('NL', `ABNA${draw.digits(10)}`),
      iban('NO', draw.digits(11)),
    ])
    return draw.pick([made, inGroups(made, ' '), made.toLowerCase()])
  },
  SSN: (draw) => `${100 + draw.below(565)}-${10 + draw.below(89)}-${1_000 + draw.below(8_999)}`,
  secret: (draw) =>
    draw.pick([
      `xox${draw.pick(['a', 'b', 'p', 'r', 's'])}-${draw.digits(12)}-${draw.from(ALNUM, 24)}`,
      `sk-${draw.from(ALNUM, 48)}`,
      `sk-proj-${draw.from(ALNUM, 40)}`,
      `ghp_${draw.from(ALNUM, 36)}`,
      `github_pat_${draw.from(ALNUM, 22)}_${draw.from(ALNUM, 59)}`,
      `AKIA${draw.from(UPPER, 16)}`,
      `eyJ${draw.from(ALNUM, 30)}.eyJ${draw.from(ALNUM, 60)}.${draw.from(ALNUM, 43)}`,
      `M${draw.from(ALNUM, 25)}.${draw.from(ALNUM, 6)}.${draw.from(ALNUM, 38)}`,
      `https://discord.com/api/webhooks/${snowflake(draw)}/${draw.from(ALNUM, 68)}`,
      `-----BEGIN RSA PRIVATE KEY-----\n${draw.from(ALNUM, 64)}\n${draw.from(ALNUM, 40)}==\n-----END RSA PRIVATE KEY-----`,
      `-----BEGIN OPENSSH PRIVATE KEY-----\n${draw.from(ALNUM, 70)}`,
    ]),
}

/** Prose in several languages, code, a table, a log, JSON. `%` is where it stands. */
const CONTEXTS: readonly [string, ...string[]] = [
  'Could you look at % for me?',
  'It is %.',
  '(see %)',
  'Ich habe % gestern notiert, danke!',
  'Peux-tu vérifier %, s’il te plaît ?',
  '¿Puedes mirar %? Gracias.',
  '请帮我看一下 % 谢谢',
  '% を確認してください。',
  'Посмотри %, пожалуйста',
  '| name | value |\n| --- | --- |\n| it | % |',
  'const it = "%"\nawait send(it)',
  "it = '%'  # from the form",
  '{"id": 7, "it": "%", "ok": true}',
  '2026-11-23T10:11:12.345Z INFO it=% ms=12',
  '> %\nas quoted above',
  '**%** and then `%`',
]

/** Where something stands in an address, the text around it is the address. */
const AROUND: Readonly<Record<string, (value: string, draw: Draw) => string>> = {
  'login in an address': (value, draw) =>
    `${draw.pick(['https', 'postgres', 'redis', 'amqp'])}://${value}@db.example.com/path`,
  'query of an address': (value, draw) =>
    draw.pick([`https://example.com/path?${value}`, `<https://example.com/a?${value}#top|the page>`]),
}

/** @param each how many of every kind. */
export function planted(seed: number, each: number): readonly Planted[] {
  const draw = seeded(seed)
  return Object.entries(MAKERS).flatMap(([kind, make]) =>
    Array.from({ length: each }, (_, nth) => {
      const value = make(draw)
      const shown = AROUND[kind]?.(value, draw) ?? value
      const context = CONTEXTS[nth % CONTEXTS.length] ?? '%'
      return { kind, value: bare(value), text: context.replaceAll('%', () => shown) }
    }),
  )
}

/** Of a mention or a link the id and the address are what may not be seen. */
const bare = (value: string): string =>
  /^<mailto:([^|]+)/.exec(value)?.[1] ??
  /[A-Z\d]{9,}/.exec(/^<[@#!:a]/.test(value) ? value : '')?.[0] ??
  value

/** What people really write. */
export const BY_HAND: readonly Planted[] = [
  ['e-mail', 'jane.doe@example.com', 'My mail: jane.doe@example.com.'],
  ['e-mail', 'Jane.Doe@Example.COM', 'From: "Jane Doe" <Jane.Doe@Example.COM>'],
  ['e-mail', 'o.neil@example.ie', "contact='o.neil@example.ie'"],
  ['e-mail', 'jane@example.com', 'mailto:jane@example.com'],
  ['e-mail', 'jane@example.com', 'https://example.com/?next=jane@example.com'],
  ['e-mail', '李雷@例子.中国', '请写信到李雷@例子.中国'],
  ['platform id', '1767615015.214771', 'It is 1767615015.214771.'],
  ['user mention', '@U1', 'hello <@U1>'],
  ['user mention', '@!1', 'hello <@!1>, how are you'],
  ['platform id', 'C024BE91L', 'https://acme.slack.com/archives/C024BE91L/p1700000000123456'],
  ['platform id', 'p1700000000123456', 'see p1700000000123456'],
  ['platform id', '175928847299117063', 'https://cdn.discordapp.com/attachments/175928847299117063/a.png'],
  ['platform id', '175928847299117063', 'https://discord.com/channels/175928847299117063/175928847299117064'],
  ['platform id', 'U2147483697', '{"user":"U2147483697","type":"message"}'],
  ['phone', '4155552671', 'call me at 4155552671 tonight'],
  ['phone', '612345678', 'llámame al 612345678'],
  ['phone', '15112345678', 'Handy: 15112345678'],
  ['phone', '13812345678', '手机13812345678'],
  ['phone', '00 44 20 7946 0958', 'or 0044 20 7946 0958'],
  ['phone', '415.555.2671', 'tel 415.555.2671 ext 12'],
  ['phone', '+1 (415) 555-2671', 'Ring +1 (415) 555-2671, twice'],
  ['SSN', '078051120', 'my SSN is 078051120'],
  ['SSN', '219 09 9999', 'social security number: 219 09 9999'],
  ['card', '4111 1111 1111 1111', 'card 4111 1111 1111 1111 12/27 123'],
  ['card', '378282246310005', 'amex 3782 822463 10005 valid 09/30'],
  ['card', '5555555555554444', 'Order 12 5555555555554444'],
  ['IBAN', 'DE89370400440532013000', 'Konto DE89 3704 0044 0532 0130 00, danke'],
  ['IBAN', 'GB82WEST12345698765432', 'GB82-WEST-1234-5698-7654-32'],
  ['IPv4', '84.12.33.7', 'ssh root@84.12.33.7'],
  ['IPv4', '192.168.178.23', 'ping 192.168.178.23:8080'],
  ['IPv4', '8.34.1.77', 'http://8.34.1.77/admin'],
  ['IPv6', 'fe80::1ff:fe23:4567:890a', 'ping6 fe80::1ff:fe23:4567:890a%eth0'],
  ['secret', 'hunter2secret', '"password": "hunter2secret"'],
  ['secret', 'abcdefghijklmnopqrstu1', 'Authorization: Bearer abcdefghijklmnopqrstu1'],
  ['secret', 'T00000000', 'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'],
  ['login in an address', 'user:pass', 'git clone https://user:pass@git.example.com/x.git'],
  ['login in an address', ':hunter2', 'redis://:hunter2@cache:6379/0'],
  ['query of an address', 'access_token=abc', 'https://example.com/cb#access_token=abc&x=1'],
].map(([kind = '', value = '', text = '']) => ({ kind, value, text }))
