/** A rebate plan in the editor: what it holds, and the steps of its life. */
import { ask, get, post, type Schemas } from '@/api/http'
import type { Choice, Choices } from '@/form/schema'
import { fill } from '@/form/sheet'
import { moment } from '@/format'
import { doing, sure } from '@/parts/ask'
import { categoryChoices, couponChoices, findProducts, giftChoices, levelChoices } from '@/parts/choices'
import { session } from '@/session/session'

export type Plan = Schemas['PlanOut']
export type Rule = Schemas['Rule']
export type Content = Schemas['PlanIn']

const params = (plan: Plan) => ({ path: { plan_id: plan.plan_id } })

/** What an edit may change; the rest of a plan comes from its steps. */
export function contentOf(plan: Plan | Content): Content {
  const { name, rules, cap_bps, caps, entry_fee_fen, note } = plan
  return JSON.parse(JSON.stringify({ name, rules, cap_bps, caps, entry_fee_fen, note }))
}

/** A key that no other rule of the plan has. */
export function freshRuleId(rules: readonly Rule[]): string {
  const taken = new Set(rules.map((one) => one.rule_id))
  let number = rules.length + 1
  while (taken.has(`R${number}`)) number += 1
  return `R${number}`
}

export function freshRule(rules: readonly Rule[]): Rule {
  return {
    rule_id: freshRuleId(rules),
    title: '新的规则',
    who: { kind: 'UPLINE', level: 1 },
    base: { kind: 'PAID' },
    how: { kind: 'RATE', rate_bps: 500 },
    when: 'ORDER',
    conditions: [],
    forms: [],
    caps: [],
  }
}

/** What rules may name: the shop's own things, by their names. */
export interface Named {
  choices: Record<string, Choices>
  /** Ids in a sentence become names. */
  spoken: (said: string) => string
}

export async function shopThings(): Promise<Named> {
  const orNone = (needs: string, read: () => Promise<Choice[]>) => (session.may(needs) ? read() : Promise.resolve([]))
  const [levels, categories, coupons, gifts] = await Promise.all([
    orNone('distributors.read', levelChoices),
    orNone('catalog.read', categoryChoices),
    orNone('marketing.read', couponChoices),
    orNone('marketing.read', giftChoices),
  ])
  const all = [...levels, ...categories, ...coupons, ...gifts].map((one) => [String(one.value), one.name] as const)
  return {
    choices: { level_id: levels, level_ids: levels, category_ids: categories, template_id: coupons, gift_id: gifts, product_ids: findProducts },
    spoken: (said) => all.reduce((text, [id, name]) => text.replaceAll(id, name), said).replaceAll('CHOOSE', '（待选择）'),
  }
}

async function step(plan: Plan, name: 'submit' | 'approve' | 'send-back' | 'retire', done: string): Promise<void> {
  const body = { revision: plan.revision }
  await doing(() => ask(post(`/console/plans/{plan_id}/${name}`, { params: params(plan), body })), done)
}

export async function submit(plan: Plan): Promise<void> {
  const { is_compliant, breaches } = await ask(get('/console/plans/{plan_id}/check', { params: params(plan) }))
  const effect = is_compliant ? '比例较高的方案要由另一位同事批准；其余的提交后就可以发布。' : `还有 ${breaches.length} 处要改，请先看右边的检查结果。`
  if (await sure('提交方案', effect)) await step(plan, 'submit', '已提交')
}

export async function approve(plan: Plan): Promise<void> {
  if (await sure('批准方案', `批准“${plan.name}”第 ${plan.version} 版；批准后可以发布，还没有生效。`)) await step(plan, 'approve', '已批准')
}

export async function sendBack(plan: Plan): Promise<void> {
  if (await sure('退回修改', '方案回到草稿，可以继续修改，之后要重新提交。')) await step(plan, 'send-back', '已退回')
}

export async function retire(plan: Plan): Promise<void> {
  if (await sure('停用方案', `“${plan.name}”不再用于新订单；已经下的订单仍按下单时的方案计佣。没有其他方案生效时，新订单不产生佣金。`)) await step(plan, 'retire', '已停用')
}

export function publish(plan: Plan): Promise<boolean> {
  return fill('PublishPlanIn', '发布方案', {
    fixed: { revision: plan.revision },
    effect: '从开始时间起的新订单按这份方案计佣，现在生效的方案到那时为止；已经下的订单不变。开始时间留空就是马上（约 15 秒后）。',
    save: (body) => ask(post('/console/plans/{plan_id}/publish', { params: params(plan), body })),
  })
}

/** Make a draft with this content; its id. */
export async function draft(content: Content, based_on: string | null): Promise<string> {
  const made = await ask(post('/console/plans', { body: { ...content, based_on } }))
  return made.plan_id
}

export function lifeOf(plan: Plan): string {
  if (plan.is_in_force) return `从 ${moment(plan.starts_at)} 起生效`
  if (plan.status === 'PUBLISHED' && plan.ends_at) return `${moment(plan.starts_at)} 至 ${moment(plan.ends_at)}`
  if (plan.status === 'PUBLISHED') return `${moment(plan.starts_at)} 开始`
  return ''
}
