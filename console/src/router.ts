/** Every page with the permission it needs; the menu is made from the same list. Hash routing: any static host serves it. */
import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'

import { session } from './session/session'

export interface Entry {
  path: string
  title: string
  group: string
  needs: string
  page: () => Promise<unknown>
  isHidden?: boolean
}

export const GROUPS = ['概览', '会员与分销', '商品', '订单', '返利', '资金', '营销', '设置'] as const

export const entries: Entry[] = [
  { path: 'members', title: '会员', group: '会员与分销', needs: 'members.read', page: () => import('./pages/members/Members.vue') },
  { path: 'withdrawals', title: '提现审核', group: '资金', needs: 'withdrawals.read', page: () => import('./pages/money/Withdrawals.vue') },
]

const children: RouteRecordRaw[] = entries.map(({ path, title, needs, page }) => ({
  path,
  component: page as RouteRecordRaw['component'],
  meta: { title, needs },
})) as RouteRecordRaw[]

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/sign-in', component: () => import('./pages/SignIn.vue'), meta: { isOpen: true } },
    {
      path: '/',
      component: () => import('./pages/Layout.vue'),
      children: [...children, { path: '/:any(.*)*', component: () => import('./pages/Lost.vue') }],
    },
  ],
})

router.beforeEach((to) => {
  if (to.meta.isOpen) return true
  return session.isSignedIn.value || { path: '/sign-in', query: { to: to.fullPath } }
})
