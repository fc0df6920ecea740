/** To another page, whatever kind it is; where there is none, home with a gentle note. */
import { words } from '@/words/words'
import { TABS } from './need'

export function go(url: string): void {
  const [path] = url.split('?')
  if (TABS.includes(path ?? '')) uni.switchTab({ url: path ?? '' })
  else uni.navigateTo({ url, fail: goHomeGently })
}

/** A link that leads nowhere, tampered or out of date: the shop opens, and says so kindly. */
export function goHomeGently(): void {
  uni.switchTab({ url: '/pages/index/index' })
  uni.showToast({ title: words.lost, icon: 'none', duration: 3000 })
}

/** The id in a page's query, of our own form; another leads home and gives an empty one. */
export function idIn(query: Record<string, unknown> | undefined, ...names: string[]): string {
  const given = names.map((name) => query?.[name]).find((one) => one !== undefined)
  if (typeof given === 'string' && /^[A-Z]{2}[0-9A-Z]{26}$/.test(given)) return given
  goHomeGently()
  return ''
}
