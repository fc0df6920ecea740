/** The parts of the chart library that the console uses; loaded with the first chart. */
import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from 'echarts/charts'
import { GridComponent, type GridComponentOption, LegendComponent, type LegendComponentOption, TooltipComponent, type TooltipComponentOption } from 'echarts/components'
import { type ComposeOption, type ECharts, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

export type ChartOption = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption>

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer])

export function draw(place: HTMLElement): ECharts {
  return init(place, undefined, { renderer: 'svg' })
}
