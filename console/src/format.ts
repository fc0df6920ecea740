/** Money, dates and ratios as people read them; integer fen and basis points until here. */

/** `123456` → `1,234.56`. */
export function yuan(fen: number): string {
  const positive = Math.abs(fen)
  const whole = ((positive - (positive % 100)) / 100).toString().replace(/\B(?=(\d{3})+$)/g, ',')
  return `${fen < 0 ? '-' : ''}${whole}.${String(positive % 100).padStart(2, '0')}`
}

/** `12.3` typed as yuan → `1230`; `null` where it is no amount in whole fen. */
export function fenOf(typed: string): number | null {
  const match = /^(-?)(\d{1,10})(?:\.(\d{1,2}))?$/.exec(typed.replace(/[,¥\s]/g, ''))
  if (!match) return null
  const fen = Number(match[2]) * 100 + Number((match[3] ?? '').padEnd(2, '0'))
  return match[1] ? -fen : fen
}

/** `1050` → `10.5`. */
export function percent(bps: number): string {
  return String(bps / 100)
}

const china = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
})

/** A moment in China: `2026-11-23 10:00`. */
export function moment(iso: string | null | undefined): string {
  if (!iso) return ''
  const parts = Object.fromEntries(china.formatToParts(new Date(iso)).map(({ type, value }) => [type, value]))
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`
}
