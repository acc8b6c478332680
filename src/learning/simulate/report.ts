/** Figures of a simulation, for a terminal: tables, and curves drawn with letters. */
import type { Verdict } from '#core/learning/evaluation/gate.ts'
import type { SeedReport, SweepPoint } from './run.ts'

const HEIGHTS = '▁▂▃▄▅▆▇█'

export function reportOf(reports: readonly SeedReport[]): string {
  const head = [
    'seed',
    'round',
    'SFT gold',
    'RM accuracy',
    'ceiling',
    'best of 4',
    'PPO gold',
    'lift',
    'KL',
    'gate',
  ]
  const rows = reports.flatMap(({ seed, sftGold, rounds }) =>
    rounds.map(({ rmAccuracy, ceiling, bestOf4Lift, gold, kl, verdict }, nth) => [
      ...[`${seed}`, `${nth + 1}`, fixed(sftGold), fixed(rmAccuracy), fixed(ceiling), signed(bestOf4Lift)],
      ...[fixed(gold), signed(gold - sftGold), fixed(kl), said(verdict)],
    ]),
  )
  const curves = reports.flatMap(({ seed, losses, rounds }) => [
    `seed ${seed}  supervised loss     ${curve(losses)}`,
    ...rounds.flatMap(({ curve: points }, nth) => [
      `        round ${nth + 1}  reward     ${curve(points.map(({ reward }) => reward))}  what the reward model thinks`,
      `                 gold       ${curve(points.map(({ gold }) => gold))}  what is true`,
      `                 KL         ${curve(points.map(({ kl }) => kl))}  nats from the supervised model`,
    ]),
  ])
  return `${table([head, ...rows])}\n${curves.join('\n')}\n`
}

export function sweepReportOf(points: readonly SweepPoint[]): string {
  const head = ['beta', 'reward', 'gold', 'KL', 'gate']
  const rows = points.map(({ beta, reward, gold, kl, verdict }) => [
    ...[`${beta}`, fixed(reward), fixed(gold), fixed(kl), said(verdict)],
  ])
  const reasons = points.flatMap(({ beta, verdict }) =>
    verdict.reasons.filter(({ passed }) => !passed).map(({ text }) => `beta ${beta} is refused: ${text}`),
  )
  return `${table([head, ...rows])}\n${reasons.map((reason) => `${reason}\n`).join('')}`
}

const said = ({ passed }: Verdict): string => (passed ? 'passed' : 'refused')

/** At most 60 letters: the mean of what falls on each. */
function curve(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const letters = Math.min(60, values.length)
  return Array.from({ length: letters }, (_, nth) => {
    const some = values.slice((nth * values.length) / letters, ((nth + 1) * values.length) / letters)
    const middle = some.reduce((sum, each) => sum + each, 0) / some.length
    const height = high === low ? 0 : Math.round(((middle - low) / (high - low)) * (HEIGHTS.length - 1))
    return HEIGHTS[height] ?? ' '
  }).join('')
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) => `${row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')}\n`)
    .join('')
}

const fixed = (value: number): string => value.toFixed(3)
const signed = (value: number): string => `${value < 0 ? '' : '+'}${fixed(value)}`
