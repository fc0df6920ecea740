/** What may be done with an order: the same steps in the list and on its own page. */
import { ask, get, post, put, type Schemas } from '@/api/http'
import { intention } from '@/api/key'
import type { RowAction } from '@/crud/crud'
import { yuan } from '@/format'
import { fill } from '@/form/sheet'
import { doing, sure } from '@/parts/ask'

type Order = Schemas['StaffOrderOut']

const params = (row: Order) => ({ path: { order_id: row.order_id } })

async function companies(): Promise<{ value: string; name: string }[]> {
  const { items } = await ask(get('/console/express-companies'))
  return items.map(({ code, name }) => ({ value: code, name }))
}

async function ship(row: Order): Promise<void> {
  await fill('ShipIn', '发货', {
    start: { delivery: 'EXPRESS' },
    fixed: { lines: [] },
    choices: { express_company: await companies() },
    effect: '把还没发的商品全部发出，买家会收到通知，微信也会记录这次发货。',
    save: (body) => ask(post('/console/orders/{order_id}/ship', { params: params(row), body })),
  })
}

async function close(row: Order): Promise<void> {
  if (await sure('关闭订单', `未付款的订单 ¥${yuan(row.total_fen)} 会关闭，占用的库存、优惠券和积分退回，买家不能再付款。`))
    await doing(() => ask(post('/console/orders/{order_id}/close', { params: params(row) })), '已关闭')
}

async function refund(row: Order): Promise<void> {
  const order = await ask(get('/console/orders/{order_id}', { params: params(row) }))
  const left = order.lines.filter((one) => one.refundable_quantity > 0)
  const header = intention()
  await fill('StaffRefundIn', '开退款单', {
    start: { kind: 'REFUND_ONLY', lines: left.map((one) => ({ line_no: one.line_no, quantity: one.refundable_quantity, amount_fen: null })) },
    choices: { line_no: left.map((one) => ({ value: one.line_no, name: `${one.title} ${one.sku_name}（可退 ¥${yuan(one.refundable_fen)}）` })) },
    effect: '先开单，同意之后才会退钱。退款金额留空就按件数退实付；退款到账时，相应的佣金会一并扣回。',
    save: (body) => ask(post('/console/orders/{order_id}/refunds', { params: { ...params(row), header }, body })),
  })
}

export async function correct(order: Schemas['StaffOrderDetailOut'], parcel: Schemas['ParcelOut']): Promise<boolean> {
  return fill('CorrectParcelIn', '改快递单号', {
    start: { express_company: parcel.express_company, tracking_number: parcel.tracking_number },
    choices: { express_company: await companies() },
    effect: '每个订单只能改一次，微信的发货记录会一起改。',
    save: (body) =>
      ask(put('/console/orders/{order_id}/parcels/{parcel_no}', { params: { path: { order_id: order.order_id, parcel_no: String(parcel.parcel_no) as never } }, body })),
  })
}

async function tell(row: Order): Promise<void> {
  await doing(() => ask(post('/console/orders/{order_id}/tell-wechat', { params: params(row) })), '稍后会再报给微信')
}

export const steps: RowAction<Order>[] = [
  { name: '发货', needs: 'orders.ship', when: (row) => row.status === 'PAID', run: ship },
  { name: '退款', needs: 'refunds.audit', when: (row) => row.paid_at !== null && row.status !== 'CLOSED' && row.refunded_fen < row.total_fen, run: refund },
  { name: '重报发货', needs: 'orders.ship', when: (row) => row.upload_state === 'REFUSED', run: tell },
  { name: '关闭', needs: 'orders.ship', tone: 'danger', when: (row) => row.status === 'UNPAID', run: close },
]
