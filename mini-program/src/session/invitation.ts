/** The code by which somebody came: told once they are signed in (I3), and named by what they order (R2). */
import type { components } from '@/api/schema'
import type { Launch } from '@/platform/types'

type Scan = components['schemas']['ScanIn']

interface Kept {
  code: string
  scan: Scan
  /** So long a purchase counts as brought by this link. */
  until: number
  isTold: boolean
}

const KEPT = 'fenxiao.invitation'
const GOOD_MS = 7 * 24 * 3600_000

/** Keep what the app was opened by; the newest wins. Gives whether it is another one than before. */
export function keepInvitation(launch: Launch): boolean {
  const { code, scan } = read(launch)
  if (!code || JSON.stringify(kept()?.scan) === JSON.stringify(scan)) return false
  uni.setStorageSync(KEPT, { code, scan, until: Date.now() + GOOD_MS, isTold: false } satisfies Kept)
  return true
}

/** Keep what was scanned just now, even if it is the same again. Gives whether it is an invitation at all. */
export function keepScanned(launch: Launch): boolean {
  uni.removeStorageSync(KEPT)
  return keepInvitation(launch)
}

/** A scene of ours is `i=CODE` (see the server's invites); a link carries the code itself. */
function read({ scene, inviteCode }: Launch): { code?: string; scan: Scan } {
  if (scene) return { code: /(?:^|&)i=([^&]+)/.exec(scene)?.[1], scan: { scene, source: 'MINI_CODE' } }
  return { code: inviteCode, scan: { code: inviteCode, source: 'LINK' } }
}

/** What the server has not been told yet. */
export function invitationToTell(): { code: string; scan: Scan } | null {
  const held = kept()
  return held && !held.isTold ? held : null
}

export function invitationIsTold(): void {
  const held = kept()
  if (held) uni.setStorageSync(KEPT, { ...held, isTold: true } satisfies Kept)
}

/** The code of the link that brought this purchase, for a week: the order names it. */
export function shareCode(): string | null {
  return kept()?.code ?? null
}

function kept(): Kept | null {
  const held = uni.getStorageSync(KEPT) as Kept | ''
  return held && held.until > Date.now() ? held : null
}
