/** What is about to be bought, kept on the device from the cart or a product page until it is placed. */
import type { components } from '@/api/schema'

export type Wanted = components['schemas']['WantedIn']

const BASKET = 'fenxiao.basket'
const KEY = 'fenxiao.order-key'

export function keepBasket(lines: Wanted[]): void {
  uni.setStorageSync(BASKET, lines)
  uni.removeStorageSync(KEY)
}

export function basket(): Wanted[] {
  return (uni.getStorageSync(BASKET) as Wanted[] | '') || []
}

interface Kept {
  key: string
  about: string
}

/**
 * The key under which this very order is placed: made and kept before sending, so that a second tap, a lost
 * answer or a restart of the app places it once. Another content gets another key.
 */
export function orderKey(about: unknown): string {
  const text = JSON.stringify(about)
  const kept = uni.getStorageSync(KEY) as Kept | ''
  if (kept && kept.about === text) return kept.key
  const key = newKey()
  uni.setStorageSync(KEY, { key, about: text } satisfies Kept)
  return key
}

/** The order is placed: the next one gets a key of its own. */
export function forgetOrder(): void {
  uni.removeStorageSync(BASKET)
  uni.removeStorageSync(KEY)
}

/** 24 letters and digits that nobody else makes. */
export function newKey(): string {
  const signs = 'ABCDEFGHJKMNPQRSTVWXYZ23456789'
  const random = Array.from({ length: 16 }, () => signs[Math.floor(Math.random() * signs.length)])
  return Date.now().toString(36).toUpperCase() + random.join('')
}
