/** Who works here in this tab: tokens live as long as the tab, and are renewed once for all who wait. */
import { computed, reactive } from 'vue'

import type { Schemas } from '@/api/http'

type SignedIn = Schemas['StaffSignedInOut']
export type Me = Schemas['StaffMeOut']

const STORED = 'fenxiao.console'

interface Held {
  access: string
  refresh: string
  me: Me | null
}

const NOBODY: Held = { access: '', refresh: '', me: null }
const held = reactive<Held>(JSON.parse(sessionStorage.getItem(STORED) ?? 'null') ?? { ...NOBODY })
let renewing: Promise<void> | null = null

function keep(next: Held): void {
  Object.assign(held, next)
  sessionStorage.setItem(STORED, JSON.stringify(next))
}

export const session = {
  me: computed(() => held.me),
  isSignedIn: computed(() => held.access !== ''),
  accessToken: () => held.access,
  hasRefreshToken: () => held.refresh !== '',

  begin(signedIn: SignedIn): void {
    keep({ access: signedIn.access_token, refresh: signedIn.refresh_token, me: signedIn.me })
  },

  know(me: Me): void {
    keep({ ...held, me })
  },

  renew(how: (refreshToken: string) => Promise<SignedIn>): Promise<void> {
    renewing ??= how(held.refresh)
      .then((signedIn) => this.begin(signedIn))
      .catch(() => this.end())
      .finally(() => {
        renewing = null
      })
    return renewing
  },

  end(): void {
    keep({ ...NOBODY })
    if (!location.hash.startsWith('#/sign-in')) location.hash = '#/sign-in'
  },

  /** Whether the roles allow it; the server decides again. */
  may(permission: string): boolean {
    return permission === '' || (held.me?.permissions.includes(permission) ?? false)
  },
}
