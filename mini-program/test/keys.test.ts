import { expect, it } from 'vitest'

import { forgetKey, keptKey, underKey } from '@/session/keys'

it('a deed keeps its key until it is done; another content or another deed gets another', () => {
  const first = keptKey('withdraw', { amount_fen: 100 })
  expect(keptKey('withdraw', { amount_fen: 100 })).toBe(first)
  expect(keptKey('other', { amount_fen: 100 })).not.toBe(first)
  expect(keptKey('withdraw', { amount_fen: 101 })).not.toBe(first)
  const again = keptKey('withdraw', { amount_fen: 100 })
  forgetKey('withdraw')
  expect(keptKey('withdraw', { amount_fen: 100 })).not.toBe(again)
})

it('an answer ends the key, a refusal or a lost answer keeps it', async () => {
  const used: string[] = []
  const send = (answer: Promise<string>) => underKey('refund', 1, (key) => (used.push(key), answer))
  await expect(send(Promise.reject(new Error('lost')))).rejects.toThrow('lost')
  await expect(send(Promise.resolve('made'))).resolves.toBe('made')
  await send(Promise.resolve('another'))
  expect(used[1]).toBe(used[0])
  expect(used[2]).not.toBe(used[1])
})
