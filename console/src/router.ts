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

const page = (
  group: Entry['group'],
  path: string,
  title: string,
  needs: string,
  load: Entry['page'],
  isHidden = false,
): Entry => ({ group, path, title, needs, page: load, isHidden })

export const entries: Entry[] = [
  page('概览', '', '概览', '', () => import('./pages/home/Home.vue')),
  page('会员与分销', 'members', '会员', 'members.read', () => import('./pages/members/Members.vue')),
  page('会员与分销', 'members/:id', '会员详情', 'members.read', () => import('./pages/members/Member.vue'), true),
  page('会员与分销', 'distributors', '分销商', 'distributors.read', () => import('./pages/members/Distributors.vue')),
  page('会员与分销', 'levels', '等级', 'distributors.read', () => import('./pages/members/Levels.vue')),
  page('会员与分销', 'violations', '违规', 'distributors.read', () => import('./pages/members/Violations.vue')),
  page('商品', 'products', '商品', 'catalog.read', () => import('./pages/shop/Products.vue')),
  page('商品', 'stock', '库存', 'catalog.read', () => import('./pages/shop/Stock.vue')),
  page('商品', 'categories', '分类', 'catalog.read', () => import('./pages/shop/Categories.vue')),
  page('商品', 'freight', '运费模板', 'catalog.read', () => import('./pages/shop/Freight.vue')),
  page('订单', 'orders', '订单', 'orders.read', () => import('./pages/orders/Orders.vue')),
  page('订单', 'orders/:id', '订单详情', 'orders.read', () => import('./pages/orders/Order.vue'), true),
  page('订单', 'refunds', '售后', 'refunds.read', () => import('./pages/orders/Refunds.vue')),
  page('订单', 'refunds/:id', '售后', 'refunds.read', () => import('./pages/orders/Refund.vue'), true),
  page('返利', 'plans', '返利方案', 'plans.read', () => import('./pages/rebates/Plans.vue')),
  page('返利', 'plans/new', '新方案', 'plans.edit', () => import('./pages/rebates/PlanNew.vue'), true),
  page('返利', 'plans/:id', '返利方案', 'plans.read', () => import('./pages/rebates/Plan.vue'), true),
  page('返利', 'plans/:id/simulation', '试算', 'plans.read', () => import('./pages/rebates/Simulation.vue'), true),
  page('返利', 'commissions', '佣金明细', 'commissions.read', () => import('./pages/rebates/Commissions.vue')),
  page('返利', 'periods', '周期结算', 'commissions.read', () => import('./pages/rebates/Periods.vue')),
  page('返利', 'compliance', '合规报告', 'plans.read', () => import('./pages/rebates/Compliance.vue')),
  page('资金', 'withdrawals', '提现审核', 'withdrawals.read', () => import('./pages/money/Withdrawals.vue')),
  page('资金', 'withdrawals/:id', '提现', 'withdrawals.read', () => import('./pages/money/Withdrawal.vue'), true),
  page('资金', 'adjustments', '余额调整', 'wallet.read', () => import('./pages/money/Adjustments.vue')),
  page('资金', 'quarantined', '对不上的收款', 'wallet.read', () => import('./pages/money/Quarantined.vue')),
  page('资金', 'journal', '账目', 'wallet.read', () => import('./pages/money/Journal.vue')),
  page('资金', 'audits', '对账', 'audit.read', () => import('./pages/money/Audits.vue')),
  page('营销', 'coupons', '优惠券', 'marketing.read', () => import('./pages/marketing/Coupons.vue')),
  page('营销', 'gifts', '礼品', 'marketing.read', () => import('./pages/marketing/Gifts.vue')),
  page('营销', 'claims', '礼品领取', 'gifts.ship', () => import('./pages/marketing/Claims.vue')),
  page('营销', 'grants', '积分发放', 'wallet.read', () => import('./pages/marketing/Grants.vue')),
  page('会员与分销', 'territories', '区域代理', 'distributors.read', () => import('./pages/marketing/Territories.vue')),
  page('会员与分销', 'agreements', '合作协议', 'distributors.read', () => import('./pages/members/Agreements.vue')),
  page('商品', 'reviews', '评价', 'reviews.edit', () => import('./pages/shop/Reviews.vue')),
  page('营销', 'announcements', '公告', 'content.edit', () => import('./pages/marketing/Announcements.vue')),
  page('设置', 'settings', '商城设置', 'settings.read', () => import('./pages/settings/Settings.vue')),
  page('设置', 'wechat-keys', '微信密钥', 'settings.keys', () => import('./pages/settings/WeChatKeys.vue')),
  page('设置', 'staff', '员工', 'staff.read', () => import('./pages/settings/Staff.vue')),
  page('设置', 'roles', '角色', 'staff.read', () => import('./pages/settings/Roles.vue')),
  page('概览', 'jobs', '任务', '', () => import('./pages/settings/Jobs.vue')),
  page('设置', 'account', '我的账号', '', () => import('./pages/settings/Account.vue'), true),
  page('设置', 'audit-log', '操作记录', 'audit.read', () => import('./pages/settings/AuditLog.vue')),
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
