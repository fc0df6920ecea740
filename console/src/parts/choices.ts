/** Choices that forms offer instead of asking for ids: few things as a list, many by what is typed. */
import { ask, get } from '@/api/http'
import type { Choice } from '@/form/schema'

const FEW = 20

export async function levelChoices(): Promise<Choice[]> {
  const { items } = await ask(get('/console/levels'))
  return items.map((one) => ({ value: one.level_id, name: one.name }))
}

export async function categoryChoices(): Promise<Choice[]> {
  const { items } = await ask(get('/console/categories'))
  return items.map((one) => ({ value: one.category_id, name: one.name }))
}

export async function couponChoices(): Promise<Choice[]> {
  const { items } = await ask(get('/console/coupon-campaigns'))
  return items.map((one) => ({ value: one.template_id, name: one.terms.name }))
}

export async function giftChoices(): Promise<Choice[]> {
  const { items } = await ask(get('/console/gifts'))
  return items.map((one) => ({ value: one.gift_id, name: one.name }))
}

export async function findStaff(typed: string): Promise<Choice[]> {
  const { items } = await ask(get('/console/staff'))
  return items.filter((one) => `${one.name} ${one.username}`.includes(typed.trim())).map((one) => ({ value: one.staff_id, name: one.name }))
}

/** Products by words; without any, the newest on the shelf. */
export async function findProducts(typed: string, chosen: string[]): Promise<Choice[]> {
  const kept = await Promise.all(
    chosen.map((product_id) => ask(get('/console/products/{product_id}', { params: { path: { product_id } } })).catch(() => null)),
  )
  const found = await ask(get('/console/products', { params: { query: { ...(typed ? { q: typed } : { shelf: 'ON' as const }), limit: FEW } } }))
  const all = [...kept.filter((one) => one !== null), ...found.items]
  return [...new Map(all.map((one) => [one.product_id, { value: one.product_id, name: one.title }])).values()]
}

/** Members by nickname, phone or number; without any of these, the newest. */
export async function findMembers(typed: string, chosen: string[] = []): Promise<Choice[]> {
  const kept = await Promise.all(
    chosen.map((member_id) => ask(get('/console/members/{member_id}', { params: { path: { member_id } } })).catch(() => null)),
  )
  const text = typed.trim()
  const by = /^\d{11}$/.test(text) ? { phone: text } : /^[A-Z0-9]{20,}$/.test(text) ? { member_id: text } : text ? { nickname: text } : {}
  const found = await ask(get('/console/members', { params: { query: { ...by, limit: FEW } } })).catch(() => ({ items: [] }))
  const all = [...kept.filter((one) => one !== null), ...found.items]
  return [...new Map(all.map((one) => [one.member_id, { value: one.member_id, name: one.phone_masked ? `${one.nickname}（${one.phone_masked}）` : one.nickname }])).values()]
}
