/** Nobody is asked to sign in before it is needed; then the way leads there and back. */
import { session } from './session'

/** Whether somebody is signed in; if not, the sign-in page opens. */
export function needSignIn(): boolean {
  if (session.isSignedIn.value) return true
  uni.navigateTo({ url: '/pages/sign-in/index' })
  return false
}
