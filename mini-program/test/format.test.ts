import { describe, expect, it } from 'vitest'

import { day, fenOf, moment, percent, yuan, yuanParts } from '@/kit/format'

describe('money is integer fen until it is read', () => {
  it.each([
    [0, '0.00'],
    [1, '0.01'],
    [3333, '33.33'],
    [-5, '-0.05'],
    [1_000_000_000_001, '10000000000.01'],
  ])('%i fen', (fen, text) => expect(yuan(fen)).toBe(text))

  it('comes in two sizes', () => expect(yuanParts(999_999)).toEqual(['9999', '99']))
})

describe('days are days in China', () => {
  it('turns over at midnight there', () => {
    expect(day('2026-11-23T15:59:59Z')).toBe('2026-11-23')
    expect(day('2026-11-23T16:00:00Z')).toBe('2026-11-24')
  })
  it('shows the moment', () => expect(moment('2026-11-23T02:05:00Z')).toBe('2026-11-23 10:05'))
})

describe('an amount is typed in yuan and sent in fen', () => {
  it.each([
    ['12.5', 1250],
    ['0.01', 1],
    [' 100 ', 10_000],
    ['19.99', 1999],
    ['1.005', null],
    ['-1', null],
    ['1e3', null],
    ['', null],
  ])('%s', (text, fen) => expect(fenOf(text)).toBe(fen))

  it.each([
    [125, '1.25%'],
    [100, '1%'],
    [1000, '10%'],
    [60, '0.6%'],
  ])('%i bps', (bps, text) => expect(percent(bps)).toBe(text))
})
