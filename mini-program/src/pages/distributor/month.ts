/** `M2026-01` → `M2025-12`: months as the server names them. */
export function monthBefore(month: string): string {
  const [year, number] = [Number(month.slice(1, 5)), Number(month.slice(6))]
  return number === 1 ? `M${year - 1}-12` : `M${year}-${String(number - 1).padStart(2, '0')}`
}
