/** Where a scanned code leads: it may carry an inviter, and name a page of ours. */
import { words } from '@/words/words'
import { platform } from '@platform'
import { welcome } from './arrive'
import { go } from './go'
import { keepScanned } from './invitation'

/** Open the scanner, and follow what it saw. */
export async function scan(): Promise<void> {
  const seen = await platform.scan()
  if (seen !== null) await follow(seen)
}

/** Open the page of a code, and follow its inviter. */
export async function follow(seen: string): Promise<void> {
  const launch = { scene: valueIn(seen, 'scene'), inviteCode: valueIn(seen, 'inv') }
  const [page] = /pages\/[\w-]+\/[\w-]+(?:\?[^#]*)?/.exec(seen) ?? []
  const isInvitation = Boolean(launch.scene || launch.inviteCode) && keepScanned(launch)
  if (page) go(`/${page}`)
  if (isInvitation) await welcome(launch)
  else if (!page) uni.showToast({ title: words.scan.foreign, icon: 'none', duration: 3000 })
}

function valueIn(text: string, name: string): string | undefined {
  const found = new RegExp(`[?&]${name}=([^&#]+)`).exec(text)?.[1]
  return found && decodeURIComponent(found)
}
