/** What is about to be bought, kept on the device from the cart or a product page until it is placed. */
import type { components } from '@/api/schema'

export type Wanted = components['schemas']['WantedIn']

const BASKET = 'fenxiao.basket'

export function keepBasket(lines: Wanted[]): void {
  uni.setStorageSync(BASKET, lines)
}

export function basket(): Wanted[] {
  return (uni.getStorageSync(BASKET) as Wanted[] | '') || []
}

/** The order is placed. */
export function forgetBasket(): void {
  uni.removeStorageSync(BASKET)
}
