/**
 * What happens when the app opens: finish a sign-in that comes back from WeChat, sign in quietly in the
 * mini-program, and report the inviter's code once somebody is signed in (I3). Browsing never waits for it.
 */
import { ref } from 'vue'

import { call, plainPost, Refusal } from '@/api/call'
import type { components } from '@/api/schema'
import type { Launch } from '@/platform/types'
import { words } from '@/words/words'
import { platform } from '@platform'
import { invitationIsTold, invitationToTell, keepInvitation } from './invitation'
import { placeAfterSignIn } from './need'
import { session } from './session'

/** Whether the first sign-in attempt is over: until then a page that needs somebody waits for it. */
export const arrived = ref(false)

export async function arrive(options: Parameters<typeof platform.launch>[0]): Promise<void> {
  const launch = platform.launch(options)
  keepInvitation(launch)
  try {
    if (launch.oauthCode && launch.oauthState) await finishOAuth(launch.oauthCode, launch.oauthState)
    else if (!session.isSignedIn.value && platform.name === 'mp-weixin') await signInByWeChat()
  } catch (problem) {
    tell(problem, words.signIn.failed)
  } finally {
    arrived.value = true
  }
  await welcome(launch)
}

/** Come back to an app that is still open, perhaps by another code. */
export async function comeBack(options: Parameters<typeof platform.launch>[0]): Promise<void> {
  const launch = platform.launch(options)
  if (arrived.value && keepInvitation(launch)) await welcome(launch)
}

/** Sign in with what WeChat knows; H5 leaves for WeChat's page and comes back through `arrive`. */
export async function signInByWeChat(): Promise<void> {
  if (platform.name === 'h5') {
    platform.leaveForWeChat('/shop/sign-in/official-account/start', placeAfterSignIn())
    return
  }
  const code = await platform.loginCode()
  begin(await plainPost('/shop/sign-in/mini-program', { code }))
}

/** Sign in or up with a username and a password (M1). */
export async function signInByPassword(username: string, password: string, isNew: boolean): Promise<void> {
  begin(await plainPost(isNew ? '/shop/sign-up' : '/shop/sign-in/password', { username, password }))
}

/** Somebody has just signed in: what was put off until then. A failure keeps nobody from the shop. */
export async function afterSignIn(): Promise<void> {
  await reportInvitation().catch((problem: unknown) => tell(problem, words.invited.failed))
}

async function finishOAuth(code: string, state: string): Promise<void> {
  platform.forgetLaunch()
  begin(await plainPost('/shop/sign-in/official-account', { code, state }))
}

function begin(signedIn: unknown): void {
  session.begin(signedIn as components['schemas']['SignedInOut'])
}

/** Say who invites; a signed-in visitor's scan is reported, and a product's code leads to the product (I2). */
export async function welcome(launch: Launch): Promise<void> {
  if (session.isSignedIn.value) return afterSignIn()
  const kept = invitationToTell()
  if (!kept || !(launch.scene || launch.inviteCode)) return
  try {
    const invite = await call('get', '/shop/invites/{code}', { path: { code: kept.code } })
    if (!invite.is_good) say(words.invited.gentle)
    else {
      say(words.invited.by(invite.inviter.nickname))
      if (launch.scene) openProduct(invite.product_id)
    }
  } catch (problem) {
    tell(problem, words.invited.failed)
  }
}

/** Tell the server by which code one came; it decides about binding and says what came of it. */
async function reportInvitation(): Promise<void> {
  const kept = invitationToTell()
  if (!kept) return
  try {
    const { says, product_id } = await call('post', '/shop/scans', { body: kept.scan })
    invitationIsTold()
    if (says) say(says)
    if (kept.scan.source === 'MINI_CODE') openProduct(product_id)
  } catch (problem) {
    if (!(problem instanceof Refusal) || problem.status === 0 || problem.status >= 500) throw problem
    invitationIsTold()
    say(words.invited.gentle)
  }
}

/** A mini-program code opens home; the code itself says which product it is for. */
function openProduct(productId: string | null | undefined): void {
  if (productId) uni.navigateTo({ url: `/pages/product/detail?id=${productId}` })
}

function say(title: string): void {
  uni.showToast({ title, icon: 'none', duration: 3000 })
}

function tell(problem: unknown, what: string): void {
  if (!(problem instanceof Refusal)) throw problem
  say(`${what}：${problem.detail}`)
}
