/** Money, dates and numbers as people read them. Money comes as integer fen and stays so until here. */

/** `1234` → `12.34`. */
export function yuan(fen: number): string {
  const [whole, cents] = yuanParts(fen)
  return `${whole}.${cents}`
}

/** `-1234` → `['-12', '34']`, for a price in two sizes. */
export function yuanParts(fen: number): [string, string] {
  const positive = Math.abs(fen)
  const cents = String(positive % 100).padStart(2, '0')
  const whole = String((positive - (positive % 100)) / 100)
  return [(fen < 0 ? '-' : '') + whole, cents]
}

/** What a line of the statement did to what can be withdrawn, or else to what is still coming: `+12.34`. */
export function change(line: { available_fen: number; pending_fen: number; frozen_fen: number; debt_fen: number }): string {
  const fen = line.available_fen || line.pending_fen || line.frozen_fen || -line.debt_fen
  return `${fen > 0 ? '+' : ''}${yuan(fen)}`
}

/** What was typed as yuan, in fen: `12.5` → `1250`; `null` when it is no amount. */
export function fenOf(text: string): number | null {
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(text.trim())
  if (!found) return null
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'))
}

/** `48` → `4.8`, as stars are counted. */
export function tenths(count: number): string {
  return `${Math.trunc(count / 10)}.${count % 10}`
}

/** `125` → `1.25%`. */
export function percent(bps: number): string {
  return `${yuan(bps).replace(/\.?0+$/, '')}%`
}

const CHINA_MS = 8 * 3600_000

/** A moment in China: `2026-11-23T02:00:00Z` → `2026-11-23 10:00`. */
export function moment(iso: string): string {
  const local = inChina(iso)
  return `${local.slice(0, 10)} ${local.slice(11, 16)}`
}

/** The day in China: `2026-11-23`. */
export function day(iso: string): string {
  return inChina(iso).slice(0, 10)
}

function inChina(iso: string): string {
  return new Date(Date.parse(iso) + CHINA_MS).toISOString()
}
