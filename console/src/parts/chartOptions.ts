/** How the console's charts look, whatever they show: money in yuan, from integer fen. */
import { yuan } from '@/format'
import type { ChartOption } from './chart'

const COLORS = ['#b3312f', '#5b7a9d', '#8a9a5b', '#c98a2b']
const money = (value: unknown): string => (value === null || value === undefined ? '没有记录' : `¥${yuan(Number(value))}`)
const axis = (value: number): string => (Math.abs(value) >= 1_000_000 ? `${Math.round(value / 1_000_000)} 万` : String(Math.round(value / 100)))

const base = (names: string[]): ChartOption => ({
  color: COLORS,
  legend: { top: 0, data: names },
  grid: { top: 40, left: 8, right: 16, bottom: 4, containLabel: true },
  tooltip: { trigger: 'axis', confine: true, valueFormatter: money },
})

/** Money over days. */
export function lines(days: string[], series: { name: string; fen: (number | null)[] }[]): ChartOption {
  return {
    ...base(series.map((one) => one.name)),
    xAxis: { type: 'category', data: days, boundaryGap: false },
    yAxis: { type: 'value', axisLabel: { formatter: axis } },
    series: series.map(({ name, fen }) => ({ type: 'line', name, data: fen, smooth: false, showSymbol: false, connectNulls: false })),
  }
}

/** Money by name, side by side. */
export function bars(names: string[], series: { name: string; fen: number[] }[]): ChartOption {
  return {
    ...base(series.map((one) => one.name)),
    xAxis: { type: 'value', axisLabel: { formatter: axis } },
    yAxis: { type: 'category', data: names, inverse: true, axisLabel: { width: 110, overflow: 'truncate' } },
    series: series.map(({ name, fen }) => ({ type: 'bar', name, data: fen, barMaxWidth: 18 })),
  }
}
