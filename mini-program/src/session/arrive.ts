/**
 * What happens when the app opens: finish a sign-in that comes back from WeChat, sign in quietly in the
 * mini-program, and report the inviter's code once somebody is signed in (I3). Browsing never waits for it.
 */
import { ref } from 'vue'

import { call, plainPost, Refusal } from '@/api/call'
import type { components } from '@/api/schema'
import { platform } from '@platform'
import type { Launch } from '@/platform/types'
import { words } from '@/words/words'
import { session } from './session'

const KEPT = 'fenxiao.invitation'
type Scan = components['schemas']['ScanIn']

/** Settles when the first sign-in attempt is over, so that a page may wait before it asks as nobody. */
export const arrived = ref(false)

export async function arrive(options: Parameters<typeof platform.launch>[0]): Promise<void> {
  const launch = platform.launch(options)
  keepInvitation(launch)
  try {
    if (launch.oauthCode && launch.oauthState) await finishOAuth(launch.oauthCode, launch.oauthState)
    else if (!session.isSignedIn.value && platform.name === 'mp-weixin') await signInByWeChat()
    await reportInvitation()
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem
    uni.showToast({ title: `${words.signIn.failed}：${problem.detail}`, icon: 'none', duration: 3000 })
  } finally {
    arrived.value = true
  }
}

/** Sign in with what WeChat knows; H5 leaves for WeChat's page and comes back through `arrive`. */
export async function signInByWeChat(): Promise<void> {
  if (platform.name === 'h5') {
    platform.leaveForWeChat('/shop/sign-in/official-account/start')
    return
  }
  const code = await platform.loginCode()
  begin(await plainPost('/shop/sign-in/mini-program', { code }))
}

/** Sign in or up with a username and a password (M1). */
export async function signInByPassword(username: string, password: string, isNew: boolean): Promise<void> {
  begin(await plainPost(isNew ? '/shop/sign-up' : '/shop/sign-in/password', { username, password }))
  await reportInvitation()
}

async function finishOAuth(code: string, state: string): Promise<void> {
  platform.forgetLaunch()
  begin(await plainPost('/shop/sign-in/official-account', { code, state }))
}

function begin(signedIn: unknown): void {
  session.begin(signedIn as components['schemas']['SignedInOut'])
}

/** An invitation waits on the device until somebody is signed in; the newest wins. */
function keepInvitation({ scene, inviteCode }: Launch): void {
  if (scene) uni.setStorageSync(KEPT, { scene, source: 'MINI_CODE' } satisfies Scan)
  else if (inviteCode) uni.setStorageSync(KEPT, { code: inviteCode, source: 'LINK' } satisfies Scan)
}

/** Tell the server by which code one came; it decides about binding and says what came of it. */
export async function reportInvitation(): Promise<void> {
  const kept = uni.getStorageSync(KEPT) as Scan | ''
  if (!kept || !session.isSignedIn.value) return
  try {
    const answer = await call('post', '/shop/scans', { body: kept })
    if (answer.says) uni.showToast({ title: answer.says, icon: 'none', duration: 3000 })
    uni.removeStorageSync(KEPT)
  } catch (problem) {
    if (!(problem instanceof Refusal) || problem.code === 'NETWORK') throw problem
    uni.removeStorageSync(KEPT)
    uni.showToast({ title: words.invited.gentle, icon: 'none', duration: 3000 })
  }
}
