/** Who is signed in on this device: tokens in the app's storage, renewed together, ended in one place. */
import { computed, reactive } from 'vue'

import { plainPost, Refusal } from '@/api/call'
import type { components } from '@/api/schema'
import { words } from '@/words/words'
import { platform } from '@platform'

type SignedIn = components['schemas']['SignedInOut']
export type Me = components['schemas']['MeOut']

const STORED = 'fenxiao.session'

interface Held {
  access: string
  refresh: string
  me: Me | null
}

const held = reactive<Held>(uni.getStorageSync(STORED) || { access: '', refresh: '', me: null })
let renewing: Promise<void> | null = null

function keep(next: Held): void {
  Object.assign(held, next)
  uni.setStorageSync(STORED, { ...next })
}

const isRefused = (failure: unknown) => failure instanceof Refusal && failure.status >= 400 && failure.status < 500

/** In the mini-program nobody who is away for long has to sign in again: WeChat knows the same member. */
async function askWeChat(): Promise<SignedIn> {
  const unknown = new Refusal(401, 'UNAUTHORIZED', words.signIn.go, words.signIn.failed)
  if (platform.name !== 'mp-weixin') throw unknown
  const known = (await plainPost('/shop/sign-in/mini-program', { code: await platform.loginCode().catch(() => Promise.reject(unknown)) })) as SignedIn
  if (known.member.member_id !== held.me?.member_id) throw unknown
  return known
}

export const session = {
  me: computed(() => held.me),
  isSignedIn: computed(() => held.access !== ''),
  accessToken: () => held.access,

  /** Take what a sign-in gave. */
  begin(signedIn: SignedIn): void {
    keep({ access: signedIn.access_token, refresh: signedIn.refresh_token, me: signedIn.member })
  },

  /** Remember what changed about oneself. */
  know(me: Me): void {
    keep({ ...held, me })
  },

  /**
   * A new access token; many callers at once share one renewal, since a refresh token works once. Where that
   * one is refused WeChat is asked who this is; the session ends when it does not know. Without a network it
   * stays, and the caller's `Refusal` says so.
   */
  renew(): Promise<void> {
    renewing ??= plainPost('/shop/sign-in/refresh', { refresh_token: held.refresh })
      .catch((failure: unknown) => (isRefused(failure) ? askWeChat() : Promise.reject(failure)))
      .then((answer) => this.begin(answer as SignedIn))
      .catch((failure: unknown) => {
        if (!isRefused(failure)) throw failure
        this.end()
      })
      .finally(() => {
        renewing = null
      })
    return renewing
  },

  /** Nobody is signed in any more. */
  end(): void {
    keep({ access: '', refresh: '', me: null })
  },
}
