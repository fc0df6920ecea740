/** Idempotency keys that are made and kept before sending, one for each kind of deed and its content. */
import { newKey } from './basket'

interface Kept {
  key: string
  about: string
}

/** The key of this very deed: a second tap, a lost answer or a restart does it once. */
export function keptKey(deed: string, about: unknown): string {
  const place = `fenxiao.key.${deed}`
  const text = JSON.stringify(about)
  const kept = uni.getStorageSync(place) as Kept | ''
  if (kept && kept.about === text) return kept.key
  const key = newKey()
  uni.setStorageSync(place, { key, about: text } satisfies Kept)
  return key
}

/** It is done: the next one of its kind gets a key of its own. */
export function forgetKey(deed: string): void {
  uni.removeStorageSync(`fenxiao.key.${deed}`)
}
