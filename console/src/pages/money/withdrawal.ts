/** What may be done with a withdrawal: the same steps in the list and on its own page. */
import { ask, post, Refusal, type Schemas } from '@/api/http'
import type { RowAction } from '@/crud/crud'
import { yuan } from '@/format'
import { doing, reason, sure } from '@/parts/ask'
import { session } from '@/session/session'

export type Withdrawal = Schemas['AuditedOut']

const params = (row: Withdrawal) => ({ path: { withdrawal_id: row.withdrawal_id } })
const agree = (row: Withdrawal) => ask(post('/console/withdrawals/{withdrawal_id}/approve', { params: params(row) }))
const needsMore = (row: Withdrawal): boolean => row.approvals_needed - row.approvals.length > 1

async function approve(row: Withdrawal): Promise<void> {
  const after = needsMore(row) ? '还需要另一个人同意后才会打款。' : '同意后向对方微信零钱打款，不能撤回。'
  if (await sure('同意提现', `提现 ¥${yuan(row.amount_fen)}，到账 ¥${yuan(row.paid_fen)}。${after}`)) await doing(() => agree(row), '已同意')
}

async function reject(row: Withdrawal): Promise<void> {
  const said = await reason('拒绝提现', `¥${yuan(row.amount_fen)} 会退回对方的可提现余额；原因会给对方看到。`)
  if (said) await doing(() => ask(post('/console/withdrawals/{withdrawal_id}/reject', { params: params(row), body: { reason: said } })), '已拒绝')
}

/** Whether this person may still agree: nobody agrees twice. */
export const mayAgree = (row: Withdrawal): boolean => row.status === 'AUDIT' && !row.approvals.includes(session.me.value?.staff_id ?? '')

/** Agree to each; what somebody else moved meanwhile is left out and named. */
export async function approveAll(rows: readonly Withdrawal[]): Promise<string> {
  const sum = rows.reduce((total, one) => total + one.amount_fen, 0)
  const waits = rows.filter(needsMore).length
  const after = waits ? `其中 ${waits} 笔还要另一个人同意。` : '同意后向对方微信零钱打款，不能撤回。'
  if (!(await sure('同意这些提现', `${rows.length} 笔，共 ¥${yuan(sum)}。${after}`))) return ''
  const failed: string[] = []
  for (const row of rows) {
    try {
      await agree(row)
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure
      failed.push(`¥${yuan(row.amount_fen)}：${failure.title}`)
    }
  }
  return failed.length ? `${rows.length - failed.length} 笔已同意，${failed.length} 笔没有：${failed.join('；')}` : `${rows.length} 笔都已同意`
}

const WHERE: Record<Withdrawal['status'], string> = {
  AUDIT: '等待审核，钱在对方的“提现中”里。',
  APPROVED: '已同意，稍后自动交给微信。',
  SENDING: '正在交给微信；没有答复时会用同一个单号去问，不会重复打款。',
  WAITING: '微信在等对方确认收款，24 小时不确认会自动退回余额。',
  PAYING: '对方已确认，微信正在入账。',
  CANCELING: '正在向微信撤销，结果出来前钱还在“提现中”。',
  PAID: '已到账。',
  RETURNED: '没有付成，钱已退回可提现余额。',
  REJECTED: '已拒绝，钱已退回可提现余额。',
  CANCELLED: '对方取消了，钱已退回可提现余额。',
}
export const sayWhere = (row: Withdrawal): string => WHERE[row.status]

export const steps: RowAction<Withdrawal>[] = [
  { name: '同意', needs: 'withdrawals.audit', when: mayAgree, run: approve },
  { name: '拒绝', needs: 'withdrawals.audit', tone: 'danger', when: (row) => row.status === 'AUDIT', run: reject },
]
