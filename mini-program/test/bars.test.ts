import { describe, expect, it } from 'vitest'

import { barsOf, isNamed } from '@/kit/bars'

describe('bars', () => {
  it('stand on the ground and reach as high as their value', () => {
    expect(barsOf([100, 50, 0])).toEqual([
      { top: 0, height: 100, isBelow: false },
      { top: 50, height: 50, isBelow: false },
      { top: 100, height: 0, isBelow: false },
    ])
  })
  it('hang below the ground when more was taken back than came', () => {
    expect(barsOf([75, -25])).toEqual([
      { top: 0, height: 75, isBelow: false },
      { top: 75, height: 25, isBelow: true },
    ])
    expect(barsOf([-10])).toEqual([{ top: 0, height: 100, isBelow: true }])
  })
  it('can be seen however small, and never leave the chart', () => {
    for (const bar of barsOf([1, -1, 1_000_000, -1_000_000])) {
      expect(bar.height).toBeGreaterThanOrEqual(1.5)
      expect(bar.top).toBeGreaterThanOrEqual(0)
      expect(bar.top + bar.height).toBeLessThanOrEqual(100.000001)
    }
  })
  it('are none where nothing was earned', () => {
    expect(barsOf([0, 0]).map((one) => one.height)).toEqual([0, 0])
    expect(barsOf([])).toEqual([])
  })
  it('carry names that do not run into each other', () => {
    expect([0, 1, 6].map((one) => isNamed(one, 7))).toEqual([true, true, true])
    expect([0, 1, 15, 28, 29].map((one) => isNamed(one, 30))).toEqual([true, false, true, false, true])
  })
})
