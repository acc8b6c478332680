import type { Chart } from 'chart.js'
import { useEffect, useRef, useState } from 'preact/hooks'
import { html } from './html.ts'
import { coloursNow, onThemeChange } from './insights-colours.ts'
import type { Draw } from './insights-pictures.ts'

/** The library is fetched when a picture is first shown: nobody who only talks waits for it. */
async function loadCharts(): Promise<typeof Chart> {
  const {
    BarController,
    BarElement,
    CategoryScale,
    Chart,
    LinearScale,
    LineController,
    LineElement,
    PointElement,
    Tooltip,
  } = await import('chart.js')
  Chart.register(
    ...[BarController, BarElement, LineController, LineElement, PointElement],
    ...[CategoryScale, LinearScale, Tooltip],
  )
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily
  return Chart
}

interface Props {
  readonly draw: Draw
  /** Pixels. */
  readonly height: number
  /** What the picture shows, for people who cannot see it. */
  readonly label: string
}

/** A picture of the numbers in the table beside it. */
export function Picture({ draw, height, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [problem, setProblem] = useState(false)

  useEffect(() => {
    let chart: Chart<'bar' | 'line', (number | [number, number])[], string> | undefined
    let isGone = false
    const paint = async () => {
      const Charts = await loadCharts()
      if (isGone || canvas.current === null) return
      chart?.destroy()
      chart = new Charts(canvas.current, draw(coloursNow()))
    }
    const repaint = () =>
      void paint().then(
        () => setProblem(false),
        () => setProblem(true),
      )
    repaint()
    const stopWatching = onThemeChange(repaint)
    return () => {
      isGone = true
      stopWatching()
      chart?.destroy()
    }
  }, [draw])

  return html`<div class="picture" style=${{ height: `${height}px` }}>
    ${problem && html`<p class="muted">The picture could not be loaded. The table has the same numbers.</p>`}
    <canvas ref=${canvas} role="img" aria-label=${label}></canvas>
  </div>`
}
