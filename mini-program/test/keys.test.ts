import { expect, it } from 'vitest'

import { forgetKey, keptKey } from '@/session/keys'

it('a deed keeps its key until it is done; another content or another deed gets another', () => {
  const first = keptKey('withdraw', { amount_fen: 100 })
  expect(keptKey('withdraw', { amount_fen: 100 })).toBe(first)
  expect(keptKey('other', { amount_fen: 100 })).not.toBe(first)
  expect(keptKey('withdraw', { amount_fen: 101 })).not.toBe(first)
  const again = keptKey('withdraw', { amount_fen: 100 })
  forgetKey('withdraw')
  expect(keptKey('withdraw', { amount_fen: 100 })).not.toBe(again)
})
