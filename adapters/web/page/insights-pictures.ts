/** What the pictures of Insights hold, as Chart.js takes it. Pure; the numbers are those of the table beside each. */
import type { ChartConfiguration, ChartOptions, Plugin } from 'chart.js'
import type { InsightsView } from '../protocol.ts'
import type { Colours } from './insights-colours.ts'
import { percent, periodName, whole } from './insights-words.ts'

export type PictureConfig = ChartConfiguration<'bar' | 'line', (number | [number, number])[], string>
export type Draw = (colours: Colours) => PictureConfig

/** Characters of a name beside a picture; the table has all of it. */
const LONGEST_NAME = 22
const shortened = (name: string): string =>
  name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name

const FONT_SIZE = 12

export function options(colours: Colours, more: ChartOptions<'bar' | 'line'>): ChartOptions<'bar' | 'line'> {
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    color: colours.ink,
    ...more,
    plugins: { legend: { display: false }, ...more.plugins },
  }
}

export const axis = ({ soft, line }: Colours, grid: boolean) => ({
  border: { display: false },
  grid: { display: grid, color: line },
  ticks: { color: soft, font: { size: FONT_SIZE }, maxRotation: 0, autoSkipPadding: 14 },
})

/** Good votes upwards, bad ones downwards: they can be told apart without colours. */
export const votesOverTime =
  ({ unit, periods }: InsightsView['votes']['overTime']): Draw =>
  (colours) => {
    const value = axis(colours, true)
    return {
      type: 'bar',
      data: {
        labels: periods.map(({ start }) => periodName(start, unit)),
        datasets: [
          { ...bars(colours.good), label: 'Good', data: periods.map(({ good }) => good) },
          { ...bars(colours.bad), label: 'Bad', data: periods.map(({ bad }) => -bad) },
        ],
      },
      options: options(colours, {
        scales: {
          x: { ...axis(colours, false), stacked: true },
          y: {
            ...value,
            stacked: true,
            ticks: { ...value.ticks, precision: 0, callback: (tick) => whole(Math.abs(Number(tick))) },
          },
        },
        plugins: {
          tooltip: {
            callbacks: {
              label: ({ dataset, raw }) => `${dataset.label ?? ''}: ${whole(Math.abs(Number(raw)))}`,
            },
          },
        },
      }),
    }
  }

const bars = (colour: string) => ({
  backgroundColor: colour,
  borderRadius: 3,
  borderSkipped: false,
  maxBarThickness: 28,
})

export interface Row {
  readonly name: string
  readonly share: number
  readonly low: number
  readonly high: number
}

/** A share as a dot, and the range in which the truth likely lies as a bar; a dashed line at each of `marks`. */
export const sharesWithRanges =
  (rows: readonly Row[], marks: readonly number[] = []): Draw =>
  (colours) => {
    const value = axis(colours, true)
    return {
      type: 'bar',
      data: {
        labels: rows.map(({ name }) => shortened(name)),
        datasets: [
          {
            type: 'line',
            label: 'Share',
            data: rows.map(({ share }) => share),
            showLine: false,
            pointRadius: 6,
            pointHoverRadius: 7,
            pointBackgroundColor: colours.good,
            pointBorderColor: colours.good,
            clip: false,
          },
          {
            label: 'Likely range',
            data: rows.map(({ low, high }): [number, number] => [low, high]),
            backgroundColor: faint(colours.good),
            borderRadius: 6,
            borderSkipped: false,
            barThickness: 14,
          },
        ],
      },
      options: options(colours, {
        indexAxis: 'y',
        scales: {
          x: {
            ...value,
            min: 0,
            max: 1,
            ticks: { ...value.ticks, stepSize: 0.25, callback: (tick) => percent(Number(tick)) },
          },
          y: named(colours),
        },
        plugins: {
          tooltip: {
            callbacks: {
              label: ({ dataset, raw }) =>
                `${dataset.label ?? ''}: ${Array.isArray(raw) ? raw.map((end) => percent(Number(end))).join(' to ') : percent(Number(raw))}`,
            },
          },
        },
      }),
      plugins: [dashes(colours.soft, marks)],
    }
  }

/** How often each was named, or how high each value is. */
export const lengths =
  (
    rows: readonly { readonly name: string; readonly value: number }[],
    scale: 'count' | 'alpha',
    marks: readonly number[] = [],
  ): Draw =>
  (colours) => {
    const value = axis(colours, true)
    const lowest = Math.min(0, ...rows.map((row) => row.value))
    return {
      type: 'bar',
      data: {
        labels: rows.map(({ name }) => shortened(name)),
        datasets: [{ ...bars(colours.good), label: 'Value', data: rows.map((row) => row.value) }],
      },
      options: options(colours, {
        indexAxis: 'y',
        scales: {
          x: {
            ...value,
            ...(scale === 'alpha' ? { min: lowest < 0 ? -1 : 0, max: 1 } : { beginAtZero: true }),
            ticks: { ...value.ticks, ...(scale === 'count' ? { precision: 0 } : { stepSize: 0.2 }) },
          },
          y: named(colours),
        },
        plugins: {
          tooltip: {
            displayColors: false,
            callbacks: {
              label: ({ raw }) => (scale === 'count' ? whole(Number(raw)) : Number(raw).toFixed(2)),
            },
          },
        },
      }),
      plugins: [dashes(colours.soft, marks)],
    }
  }

/** How often the answer in each place won, beside what chance alone would give. */
export const winsByPlace =
  ({ slots, of }: NonNullable<InsightsView['rankings']['position']>): Draw =>
  (colours) => {
    const value = axis(colours, true)
    return {
      type: 'bar',
      data: {
        labels: slots.map((_, slot) => ordinal(slot)),
        datasets: [
          { ...bars(colours.good), label: 'Won', data: slots.map(({ wins }) => wins / of) },
          { ...bars(colours.chance), label: 'By chance', data: slots.map(({ expected }) => expected / of) },
        ],
      },
      options: options(colours, {
        scales: {
          x: axis(colours, false),
          y: {
            ...value,
            beginAtZero: true,
            ticks: { ...value.ticks, maxTicksLimit: 6, callback: (tick) => percent(Number(tick)) },
          },
        },
        plugins: {
          tooltip: {
            callbacks: { label: ({ dataset, raw }) => `${dataset.label ?? ''}: ${percent(Number(raw))}` },
          },
        },
      }),
    }
  }

const ORDINALS = ['First', 'Second', 'Third', 'Fourth', 'Fifth', 'Sixth', 'Seventh', 'Eighth', 'Ninth']
export const ordinal = (slot: number): string => ORDINALS[slot] ?? String(slot + 1)

function named(colours: Colours) {
  const names = axis(colours, false)
  return { ...names, ticks: { ...names.ticks, color: colours.ink, autoSkip: false } }
}

const faint = (colour: string): string => `color-mix(in srgb, ${colour} 35%, transparent)`

/** Chart.js has no reference lines of its own. */
const dashes = (colour: string, marks: readonly number[]): Plugin<'bar' | 'line'> => ({
  id: 'dashes',
  beforeDatasetsDraw: ({ ctx, chartArea, scales: { x } }) => {
    if (x === undefined) return
    ctx.save()
    ctx.strokeStyle = colour
    ctx.setLineDash([4, 4])
    for (const mark of marks) {
      const at = Math.round(x.getPixelForValue(mark)) + 0.5
      ctx.beginPath()
      ctx.moveTo(at, chartArea.top)
      ctx.lineTo(at, chartArea.bottom)
      ctx.stroke()
    }
    ctx.restore()
  },
})
