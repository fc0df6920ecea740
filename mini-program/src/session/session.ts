/** Who is signed in on this device: tokens in the app's storage, renewed together, ended in one place. */
import { computed, reactive } from 'vue'

import { plainPost } from '@/api/call'
import type { components } from '@/api/schema'

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

export const session = {
  me: computed(() => held.me),
  isSignedIn: computed(() => held.access !== ''),
  accessToken: () => held.access,
  hasRefreshToken: () => held.refresh !== '',

  /** Take what a sign-in gave. */
  begin(signedIn: SignedIn): void {
    keep({ access: signedIn.access_token, refresh: signedIn.refresh_token, me: signedIn.member })
  },

  /** Remember what changed about oneself. */
  know(me: Me): void {
    keep({ ...held, me })
  },

  /** A new access token; many callers at once share one renewal, since a refresh token works once. */
  renew(): Promise<void> {
    renewing ??= plainPost('/shop/sign-in/refresh', { refresh_token: held.refresh })
      .then((answer) => this.begin(answer as SignedIn))
      .catch(() => this.end())
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
