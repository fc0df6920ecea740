import { describe, expect, it } from 'vitest'

import { go, idIn } from '@/session/go'
import { leaveSignIn, needSignIn, placeAfterSignIn } from '@/session/need'
import { session } from '@/session/session'
import { keptKey } from '@/session/keys'
import { opened, pages, world } from './setup'

const ID = 'OR01KB5000000000000000000000'

describe('another page', () => {
  it('a tab is switched to, whatever its query', () => {
    go('/pages/cart/index?from=notice')
    expect(opened).toEqual(['/pages/cart/index'])
  })

  it.each([{}, { id: 'x' }, { id: 'OR01' }, { id: `${ID}'--` }, { id: '../../me' }])('a tampered link opens home with a note: %o', (query) => {
    expect(idIn(query, 'id')).toBe('')
    expect(opened).toEqual(['/pages/index/index'])
    expect(world.toasts).toHaveLength(1)
  })

  it('one of our ids is taken, under any of its names', () => {
    expect(idIn({ withdrawal_id: ID }, 'id', 'withdrawal_id')).toBe(ID)
    expect(opened).toEqual([])
  })
})

describe('signing in leads there and back', () => {
  it('back to the page below with what was typed on it', () => {
    session.end()
    pages.push({ route: 'pages/checkout/index', $page: { fullPath: '/pages/checkout/index?x=1' } })
    expect(needSignIn()).toBe(false)
    pages.push({ route: 'pages/sign-in/index' })
    expect(placeAfterSignIn()).toBe('/pages/checkout/index?x=1')
    leaveSignIn()
    expect(opened).toEqual(['/pages/sign-in/index', 'back'])
  })

  it('on to what it was needed for, once', () => {
    pages.push({ route: 'pages/product/detail' })
    needSignIn('/pages/checkout/index')
    leaveSignIn()
    expect(opened).toEqual(['/pages/sign-in/index', '/pages/checkout/index'])
    expect(placeAfterSignIn()).toBe('/pages/index/index')
  })
})

it('a lost answer keeps its key for half an hour, no longer', () => {
  const now = Date.now
  const first = keptKey('order', { lines: [1] })
  expect(keptKey('order', { lines: [1] })).toBe(first)
  Date.now = () => now() + 31 * 60_000
  expect(keptKey('order', { lines: [1] })).not.toBe(first)
  Date.now = now
})
