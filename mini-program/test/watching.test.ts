import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { useWatching } from '@/kit/use'
import { hooks } from './uni-app'

let stage: string | undefined
let looks = 0
const show = () => hooks.onShow?.forEach((run) => run())
const hide = () => hooks.onHide?.forEach((run) => run())
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
  for (const name of Object.keys(hooks)) hooks[name] = []
  stage = 'AUDIT'
  looks = 0
  useWatching(
    async () => {
      looks += 1
    },
    () => stage,
  )
})
afterEach(() => vi.useRealTimers())

test('it looks ever more seldom, at last once a minute', async () => {
  show()
  await after(0)
  expect(looks).toBe(1)
  await after(3_000)
  expect(looks).toBe(2)
  await after(3_000)
  expect(looks).toBe(2)
  await after(60 * 60_000)
  expect(looks).toBeGreaterThan(60)
  expect(looks).toBeLessThan(70)
})

test('a step is followed by a look soon', async () => {
  show()
  await after(10 * 60_000)
  stage = 'WAITING'
  const before = looks
  while (looks === before) await after(1_000)
  await after(3_000)
  expect(looks).toBe(before + 2)
})

test('what has ended is looked at no more', async () => {
  stage = undefined
  show()
  await after(60 * 60_000)
  expect(looks).toBe(1)
})

test('a page that is not seen rests, and looks at once when it is seen again', async () => {
  show()
  await after(0)
  hide()
  await after(60 * 60_000)
  expect(looks).toBe(1)
  show()
  await after(0)
  expect(looks).toBe(2)
  await after(3_000)
  expect(looks).toBe(3)
})

test('seen twice in a row it still waits once only', async () => {
  show()
  show()
  await after(0)
  expect(looks).toBe(2)
  await after(5_000)
  expect(looks).toBe(3)
})
