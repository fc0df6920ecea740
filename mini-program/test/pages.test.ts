import { expect, test } from 'vitest'

import { Refusal } from '@/api/call'
import { usePages } from '@/kit/use'

const refused = new Refusal(0, 'NETWORK', '网络不太好', '没有连上商城')

function shop(failing: string[]) {
  const asked: (string | undefined)[] = []
  const list = usePages(async (next) => {
    asked.push(next)
    if (failing[0] === (next ?? 'first')) {
      failing.shift()
      throw refused
    }
    return next === undefined ? { items: [1, 2], next: 'b' } : { items: [3], next: null }
  })
  return { list, asked }
}

test('keeps what it has when a page fails, and asks for that very page again', async () => {
  const { list, asked } = shop(['b'])
  await list.reload()
  await list.more()
  expect(list.items.value).toEqual([1, 2])
  expect(list.problem.value).toBe(refused)
  await list.retry()
  expect(list.items.value).toEqual([1, 2, 3])
  expect(list.problem.value).toBeUndefined()
  expect(asked).toEqual([undefined, 'b', 'b'])
})

test('begins anew again when beginning anew failed', async () => {
  const { list, asked } = shop(['first'])
  await list.reload()
  expect(list.state.value).toBe('failed')
  await list.retry()
  expect(list.state.value).toBe('ready')
  expect(asked).toEqual([undefined, undefined])
})

test('asks for one page at a time and for none after the last', async () => {
  const { list, asked } = shop([])
  await list.reload()
  await Promise.all([list.more(), list.more()])
  await list.more()
  expect(asked).toEqual([undefined, 'b'])
})
