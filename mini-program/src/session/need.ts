/** Nobody is asked to sign in before it is needed; then the way leads there and back. */
import { session } from './session'

const AFTER = 'fenxiao.after-sign-in'
const HOME = '/pages/index/index'
export const SIGN_IN = '/pages/sign-in/index'
export const TABS = [HOME, '/pages/category/index', '/pages/cart/index', '/pages/me/index']

/** Whether somebody is signed in; if not, the sign-in page opens, and leads on to `next` or back to here. */
export function needSignIn(next?: string): boolean {
  if (session.isSignedIn.value) return true
  uni.setStorageSync(AFTER, next ?? here())
  uni.navigateTo({ url: SIGN_IN })
  return false
}

/** Where signing in shall lead: kept on the device, since H5 leaves the app on the way (WeChat's own page). */
export function placeAfterSignIn(): string {
  return (uni.getStorageSync(AFTER) as string) || HOME
}

/** Signed in: on to what it was needed for. A page that lies below just comes up again. */
export function leaveSignIn(): void {
  const next = placeAfterSignIn()
  uni.removeStorageSync(AFTER)
  const pages = getCurrentPages()
  const below = pages[pages.length - 2]
  if (below && addressOf(below) === next) uni.navigateBack()
  else if (TABS.includes(next)) uni.switchTab({ url: next })
  else uni.redirectTo({ url: next, fail: () => uni.switchTab({ url: HOME }) })
}

/** The page that is shown, with its query. */
function here(): string {
  const pages = getCurrentPages()
  const top = pages[pages.length - 1]
  return top ? addressOf(top) : HOME
}

function addressOf(page: unknown): string {
  const { route, $page } = page as { route?: string; $page?: { fullPath?: string } }
  return $page?.fullPath ?? `/${route ?? ''}`
}
