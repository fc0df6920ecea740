import { expect, test } from 'vitest'

const pages = import.meta.glob('../src/**/*.vue', { query: '?raw', import: 'default', eager: true }) as Record<string, string>

test('nothing listens for a tap on a part of the kit: the shell would deliver it past the guards of the button', () => {
  expect(Object.keys(pages).length).toBeGreaterThan(20)
  const heard = Object.keys(pages).filter((one) => /@tap\b|emit\('(tap|click)'/.test(pages[one] ?? ''))
  expect(heard).toEqual([])
})
