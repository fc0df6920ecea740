/** What a simulation came to, as its door gives it. */
import { ask, get, type Schemas } from '@/api/http'

export type Simulation = Schemas['SimulationOut']
export const WAIT_MS = 1000

type Sums = Record<string, number>
export interface Against {
  cost_fen: number
  cost_bps: number
  change_fen: number
  change_bps: number
  by_level: Sums
  by_payee: Sums
  by_product: Sums
  by_rule: Sums
}
export interface Totals {
  orders: number
  sales_fen: number
  cost_fen: number
  cost_bps: number
  period_fen: number
  trimmed_fen: number
  highest_fen: number
  highest_order_id: string
  negative_lines: number
  negative: { order_id: string; line_no: number; loss_fen: number }[]
  caps_bound: Sums
  by_level: Sums
  by_payee: Sums
  by_product: Sums
  by_rule: Sums
  against: Against | null
}
export interface Row {
  order: string | null
  payee: string
  rule: string
  level: number
  amount_fen: number
  explanation: string
  period: string | null
}

const MOST = 8

/** The largest of both sides together: what is paid now (`before`) and what would be (`after`). */
export function largest(after: Sums, change: Sums | undefined): { key: string; after: number; before: number }[] {
  const keys = new Set([...Object.keys(after), ...Object.keys(change ?? {})])
  return [...keys]
    .map((key) => ({ key, after: after[key] ?? 0, before: (after[key] ?? 0) - (change?.[key] ?? 0) }))
    .sort((one, other) => Math.max(other.after, other.before) - Math.max(one.after, one.before))
    .slice(0, MOST)
}

export async function memberNames(ids: string[]): Promise<Record<string, string>> {
  const found = await Promise.all(ids.map((member_id) => ask(get('/console/members/{member_id}', { params: { path: { member_id } } })).catch(() => null)))
  return Object.fromEntries(found.filter((one) => one !== null).map((one) => [one.member_id, one.nickname]))
}

export async function productNames(ids: string[]): Promise<Record<string, string>> {
  const found = await Promise.all(ids.map((product_id) => ask(get('/console/products/{product_id}', { params: { path: { product_id } } })).catch(() => null)))
  return Object.fromEntries(found.filter((one) => one !== null).map((one) => [one.product_id, one.title]))
}
