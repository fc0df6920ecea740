/** Idempotency keys that are made and kept before sending, one for each kind of deed and its content. */
interface Kept {
  key: string
  about: string
  made: number
}

/** So long an answer may be missing before the same wish counts as a new one. */
const LOST_MS = 30 * 60_000

/**
 * The key of this very deed: a second tap, a lost answer or a restart of the app does it once. Another content
 * gets another key, and so does the same content once the deed is done or long past.
 */
export function keptKey(deed: string, about: unknown): string {
  const place = `fenxiao.key.${deed}`
  const text = JSON.stringify(about)
  const kept = uni.getStorageSync(place) as Kept | ''
  if (kept && kept.about === text && Date.now() - kept.made < LOST_MS) return kept.key
  const key = newKey()
  uni.setStorageSync(place, { key, about: text, made: Date.now() } satisfies Kept)
  return key
}

/** It is done: the next one of its kind gets a key of its own. */
export function forgetKey(deed: string): void {
  uni.removeStorageSync(`fenxiao.key.${deed}`)
}

/** Do it under its kept key; once it is answered the key is forgotten, a refusal or a lost answer keeps it. */
export async function underKey<T>(deed: string, about: unknown, send: (key: string) => Promise<T>): Promise<T> {
  const made = await send(keptKey(deed, about))
  forgetKey(deed)
  return made
}

/** Letters and digits that nobody else makes. */
function newKey(): string {
  const signs = 'ABCDEFGHJKMNPQRSTVWXYZ23456789'
  const random = Array.from({ length: 16 }, () => signs[Math.floor(Math.random() * signs.length)])
  return Date.now().toString(36).toUpperCase() + random.join('')
}
