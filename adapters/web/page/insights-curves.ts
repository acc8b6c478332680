/** How a figure went during training, as Chart.js takes it. Pure; the numbers are those of the table beside it. */
import type { TrainingView } from '../protocol.ts'
import { axis, type Draw, options } from './insights-pictures.ts'
import { figure, whole } from './insights-words.ts'

type Curve = TrainingView['runs'][number]['curves'][number]

/** So few that each is worth a dot; a single one would be invisible without. */
const MOST_DOTS = 24

export const curve =
  ({ points }: Curve): Draw =>
  (colours) => {
    const value = axis(colours, true)
    return {
      type: 'line',
      data: {
        labels: points.map(({ step }) => whole(step)),
        datasets: [
          {
            label: 'Value',
            data: points.map((point) => point.value),
            borderColor: colours.good,
            borderWidth: 2,
            pointBackgroundColor: colours.good,
            pointBorderColor: colours.good,
            pointRadius: points.length <= MOST_DOTS ? 3 : 0,
            pointHoverRadius: 5,
            clip: false,
          },
        ],
      },
      options: options(colours, {
        interaction: { mode: 'index', intersect: false },
        scales: {
          x: axis(colours, false),
          y: {
            ...value,
            ticks: { ...value.ticks, maxTicksLimit: 6, callback: (tick) => figure(Number(tick)) },
          },
        },
        plugins: {
          tooltip: {
            displayColors: false,
            callbacks: {
              title: ([item]) => `Step ${item?.label ?? ''}`,
              label: ({ raw }) => figure(Number(raw)),
            },
          },
        },
      }),
    }
  }
