/** What may be done with a refund: the same steps in the list and on its own page. */
import { ask, get, post, Refusal, type Schemas } from '@/api/http'
import type { RowAction } from '@/crud/crud'
import { yuan } from '@/format'
import { fill } from '@/form/sheet'
import { doing, reason, sure } from '@/parts/ask'

export type Refund = Schemas['StaffRefundOut']
const params = (row: Refund) => ({ path: { refund_id: row.refund_id } })

export const preview = (row: Refund): Promise<Schemas['RefundPreviewOut']> => ask(get('/console/refunds/{refund_id}/preview', { params: params(row) }))

async function payBack(row: Refund): Promise<boolean> {
  const seen = await preview(row)
  const whom = seen.clawbacks.map((one) => `${one.nickname} ¥${yuan(one.taken_fen)}`).join('、')
  return fill('ApproveRefundIn', '同意退款', {
    start: { freight_fen: seen.freight_fen },
    effect: `商品 ¥${yuan(seen.goods_fen)} 加运费原路退回买家，不能撤销。${whom ? `扣回佣金 ¥${yuan(seen.clawed_fen)}：${whom}。` : '没有佣金要扣回。'}`,
    save: async (body) => {
      // The door takes a second agreement for the first one sent again; a colleague's must be told apart here.
      const now = await ask(get('/console/refunds/{refund_id}', { params: params(row) }))
      if (!now.can_pay_back) throw new Refusal(409, 'REFUND_MOVED', '别人刚刚处理了', `这个售后现在是“${now.status_text}”。`)
      return ask(post('/console/refunds/{refund_id}/approve', { params: params(row), body }))
    },
  })
}

async function refuse(row: Refund): Promise<void> {
  const said = await reason('拒绝退款', `不退 ¥${yuan(row.amount_fen)}；买家会看到这个原因。`)
  if (said) await doing(() => ask(post('/console/refunds/{refund_id}/refuse', { params: params(row), body: { said } })), '已拒绝')
}

async function letReturn(row: Refund): Promise<void> {
  if (await sure('同意退货', '买家会看到寄回地址；收到货之后再退钱。'))
    await doing(() => ask(post('/console/refunds/{refund_id}/approve-return', { params: params(row) })), '已同意退货')
}

function returned(row: Refund): Promise<boolean> {
  return fill('ReturnedIn', '收到退货', {
    effect: '可以再次销售的商品，退款后放回库存。接着还要“同意退款”。',
    save: (body) => ask(post('/console/refunds/{refund_id}/confirm-returned', { params: params(row), body })),
  })
}

export const steps: RowAction<Refund>[] = [
  { name: '同意退款', needs: 'refunds.audit', when: (row) => row.can_pay_back, run: payBack },
  { name: '同意退货', needs: 'refunds.audit', when: (row) => row.can_approve_return, run: letReturn },
  { name: '收到退货', needs: 'refunds.audit', when: (row) => row.can_confirm_returned, run: returned },
  { name: '拒绝', needs: 'refunds.audit', tone: 'danger', when: (row) => row.can_refuse, run: refuse },
]
