/** How the states of things are called and look, in one place. */
import type { Column } from './crud/crud'

type Tags = NonNullable<Column<object>['tags']>

const good = (name: string) => ({ name, tone: 'success' }) as const
const soft = (name: string) => ({ name, tone: 'info' }) as const
const wait = (name: string) => ({ name, tone: 'warning' }) as const
const under = (name: string) => ({ name, tone: 'primary' }) as const
const bad = (name: string) => ({ name, tone: 'danger' }) as const

export const MEMBER: Tags = { ACTIVE: good('正常'), BLOCKED: bad('已停用'), CLOSED: soft('已注销') }
export const DISTRIBUTOR: Tags = {
  PENDING: wait('待审核'), APPROVED: good('正常'), REJECTED: soft('已拒绝'), DISABLED: bad('已停用'), SUSPENDED: bad('已暂停'), EXPELLED: bad('已清退'), DELETED: soft('已删除'),
} // prettier-ignore
export const CHANGE: Tags = {
  APPLIED: wait('申请'), APPROVED: good('通过'), REJECTED: soft('拒绝'), DISABLED: bad('停用'), ENABLED: good('恢复'), DELETED: soft('删除'), ASSIGNED: good('直接设为分销商'),
  WARNED: wait('警告'), FROZEN: bad('冻结佣金'), SUSPENDED: bad('暂停'), EXPELLED: bad('清退'), LIFTED: good('处罚结束'),
  LEVEL: under('改等级'), LEVEL_UP: good('升级'), LEVEL_DOWN: wait('降级'), LEVEL_RELEASED: under('恢复自动升级'),
} // prettier-ignore
export const ORDER: Tags = { UNPAID: wait('待付款'), PAID: under('待发货'), SHIPPED: under('已发货'), RECEIVED: good('已收货'), COMPLETED: good('已完成'), CLOSED: soft('已关闭') }
export const PAYMENT: Tags = { PREPAID: wait('等待付款'), PAID: good('已付款'), LATE: bad('关闭后到账'), CLOSED: soft('已关闭'), RESERVED: wait('退款准备中'), SENT: under('退款中'), POSTED: good('已退款'), FAILED: bad('退款失败') }
export const REFUND: Tags = {
  ASKED: wait('待处理'), RETURNING: under('等待寄回'), RETURN_SENT: under('寄回途中'), RETURNED: wait('已收到退货'), RESERVED: under('准备退款'), SENT: under('退款中'),
  POSTED: good('已退款'), FAILED: bad('退款失败'), REFUSED: soft('已拒绝'), CANCELLED: soft('已取消'),
} // prettier-ignore
export const WITHDRAWAL: Tags = {
  AUDIT: wait('待审核'), APPROVED: under('待打款'), SENDING: under('打款中'), WAITING: under('待用户确认'), PAYING: under('到账中'), CANCELING: soft('撤销中'),
  PAID: good('已到账'), RETURNED: soft('已退回'), REJECTED: soft('已拒绝'), CANCELLED: soft('已取消'),
} // prettier-ignore
export const REVIEW: Tags = { WAITING: wait('待审核'), SHOWN: good('已展示'), HIDDEN: bad('未展示'), GONE: soft('已注销') }
/** Where an order's money came from, and goes back to. */
export const PAID_BY = { WECHAT: '微信支付', BALANCE: '余额', NOTHING: '没有付款' } as const
export const COMMISSION: Tags = { PENDING: wait('待结算'), MATURED: good('已结算'), CLAWED: soft('已扣回'), ZERO: soft('没有金额') }
export const PLAN: Tags = { DRAFT: wait('草稿'), SUBMITTED: wait('待批准'), APPROVED: under('已批准'), PUBLISHED: good('已发布'), RETIRED: soft('已停用') }
export const USE: Tags = { ACTIVE: good('正常'), STOPPED: soft('已停止'), DISABLED: bad('已停用') }
export const CASE: Tags = { OPEN: bad('待处理'), RESOLVED: good('已处理'), SERVED: soft('处罚期满'), WITHDRAWN: soft('已撤销') }
export const CLAIM: Tags = { WAITING: wait('待领取'), CLAIMED: under('待寄出'), SHIPPED: good('已寄出'), EXPIRED: soft('已过期'), REVOKED: soft('已收回') }
export const ADJUSTMENT: Tags = { WAITING: wait('待同意'), DONE: good('已调整'), REJECTED: soft('已拒绝') }
export const GRANT: Tags = { WAITING: wait('待同意'), DONE: good('已发放'), REJECTED: soft('已拒绝') }
export const NEWS: Tags = { DRAFT: wait('草稿'), PUBLISHED: good('已发布'), WITHDRAWN: soft('已撤下') }
export const CODE: Tags = { GOOD: good('可用'), REVOKED: soft('已作废'), EXPIRED: soft('已过期') }
export const MOVEMENT: Tags = { RESERVED: under('下单占用'), RELEASED: good('释放'), SET: wait('盘点'), ADJUSTED: wait('增减') }
export const WORK: Tags = { QUEUED: wait('排队中'), RUNNING: under('进行中'), DONE: good('已完成'), FAILED: bad('没有完成'), CANCELLED: soft('已取消') }
export const SHELF: Tags = { true: good('在售'), false: soft('已下架') }
export const YES: Tags = { true: good('是'), false: soft('否') }

/** The choices of a filter. */
export function choices(tags: Tags, only?: string[]): { value: string; name: string }[] {
  return Object.entries(tags)
    .filter(([value]) => !only || only.includes(value))
    .map(([value, { name }]) => ({ value, name }))
}
