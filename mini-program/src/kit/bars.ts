/** Where the bars of a chart stand: the space is shared between the most above nothing and the most below it. */
export interface Bar {
  /** Per cent of the chart's height, from its top. */
  top: number
  height: number
  isBelow: boolean
}

/** A value that is not nothing is never lower than `LEAST` per cent, so that it can be seen. */
const LEAST = 1.5

export function barsOf(values: readonly number[]): Bar[] {
  const above = Math.max(0, ...values)
  const below = Math.max(0, ...values.map((one) => -one))
  const whole = above + below
  if (whole === 0) return values.map(() => ({ top: 100, height: 0, isBelow: false }))
  const ground = (above * 100) / whole
  return values.map((one) => {
    const height = one === 0 ? 0 : Math.max(LEAST, (Math.abs(one) * 100) / whole)
    return one < 0 ? { top: Math.min(ground, 100 - height), height, isBelow: true } : { top: Math.max(0, ground - height), height, isBelow: false }
  })
}

/** Which bars carry their name below: all of a few, else the first, the middle and the last. */
export function isNamed(index: number, of: number): boolean {
  return of <= 12 || index === 0 || index === of - 1 || index === Math.floor(of / 2)
}
