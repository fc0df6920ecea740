import { describe, expect, it } from 'vitest'

import { fenOf, moment, percent, yuan } from '@/format'

describe('money is integer fen until it is read', () => {
  it.each([
    [0, '0.00'],
    [5, '0.05'],
    [123_456_789, '1,234,567.89'],
    [-100, '-1.00'],
  ])('%i', (fen, text) => expect(yuan(fen)).toBe(text))

  it.each([
    ['12.3', 1230],
    ['1,234.56', 123_456],
    ['¥0.01', 1],
    ['-5', -500],
    ['1.234', null],
    ['1e3', null],
    ['', null],
  ])('typed %s', (text, fen) => expect(fenOf(text)).toBe(fen))

  it('reads basis points as percent', () => expect(percent(1050)).toBe('10.5'))
})

describe('days are days in China', () => {
  it('turns over at midnight there', () => expect(moment('2026-11-23T16:00:00Z')).toBe('2026-11-24 00:00'))
})
