/** The curves of a simulation as one SVG file, for a page or a paper. */
import type { SeedReport } from './run.ts'

const WIDTH = 720
const PANEL_HEIGHT = 150
const MARGIN = { left: 56, right: 16, top: 34, bottom: 26 } as const
/** Told apart by people who see few colours, too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73'] as const

interface Line {
  readonly name: string
  readonly values: readonly number[]
}

interface Panel {
  readonly title: string
  readonly lines: readonly Line[]
}

export function picture({ seed, losses, rounds }: SeedReport): string {
  const points = rounds.flatMap(({ curve }) => curve)
  const panels: readonly Panel[] = [
    { title: 'Supervised loss, by step', lines: [{ name: 'loss', values: losses }] },
    {
      title: 'PPO: what the reward model thinks, and what is true',
      lines: [
        { name: 'reward', values: points.map(({ reward }) => reward) },
        { name: 'planted reward', values: points.map(({ gold }) => gold) },
      ],
    },
    {
      title: 'PPO: nats per answer from the supervised model',
      lines: [{ name: 'KL', values: points.map(({ kl }) => kl) }],
    },
    ...(rounds.length > 1 ? [accuracyOf(rounds)] : []),
  ]
  const height = panels.length * (PANEL_HEIGHT + MARGIN.top + MARGIN.bottom)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12" role="img">
<title>Learning on a planted truth, seed ${seed}</title>
<rect width="100%" height="100%" fill="#fff"/>
${panels.map(panelOf).join('\n')}
</svg>
`
}

/** A single round is a number in the table, and no curve. */
const accuracyOf = (rounds: SeedReport['rounds']): Panel => ({
  title: 'Share of held-out pairs put in the people’s order, by round',
  lines: [
    { name: 'reward model', values: rounds.map(({ rmAccuracy }) => rmAccuracy) },
    { name: 'ceiling', values: rounds.map(({ ceiling }) => ceiling) },
  ],
})

function panelOf({ title, lines }: Panel, nth: number): string {
  const top = nth * (PANEL_HEIGHT + MARGIN.top + MARGIN.bottom) + MARGIN.top
  const all = lines.flatMap(({ values }) => values)
  const [low, high] = [Math.min(0, ...all), Math.max(0, ...all)]
  const size = high === low ? 1 : high - low
  const length = Math.max(...lines.map(({ values }) => values.length))
  const across = WIDTH - MARGIN.left - MARGIN.right
  const x = (at: number): number => MARGIN.left + (length < 2 ? across / 2 : (at * across) / (length - 1))
  const y = (value: number): number => top + PANEL_HEIGHT * (1 - (value - low) / size)
  const scale = [low, high].map(
    (value) =>
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>` +
      `<text x="${MARGIN.left - 8}" y="${y(value) + 4}" text-anchor="end" fill="#555">${value.toFixed(2)}</text>`,
  )
  const drawn = lines.map(({ values }, line) => {
    const colour = COLOURS[line % COLOURS.length]
    const points = values.map((value, at) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`)
    const dots = values.length > 40 ? [] : points.map((point) => dot(point, colour))
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`
  })
  const names = lines.map(
    ({ name }, line) => `<tspan dx="12" fill="${COLOURS[line % COLOURS.length]}">● ${name}</tspan>`,
  )
  return [
    `<text x="${MARGIN.left}" y="${top - 10}" font-weight="bold">${title}</text>`,
    `<text x="${WIDTH - MARGIN.right}" y="${top - 10}" text-anchor="end">${names.join('')}</text>`,
    ...scale,
    ...drawn,
  ].join('\n')
}

function dot(point: string, colour: string | undefined): string {
  const [x, y] = point.split(',')
  return `<circle cx="${x}" cy="${y}" r="3" fill="${colour}"/>`
}
