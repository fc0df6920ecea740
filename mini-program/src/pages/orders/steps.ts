/** What a buyer does with an order, each told before and confirmed after. */
import { call } from '@/api/call'
import { confirmed } from '@/kit/confirm'
import { useAction } from '@/kit/use'
import { pay as payOrder } from '@/pages/checkout/pay'
import { words } from '@/words/words'

interface Payable {
  order_id: string
  status: string
  can_pay: boolean
  can_pay_by_balance: boolean
  total_fen: number
}

/** By WeChat or balance as the server says; an order of nothing is only confirmed. */
export function canPay(order: Payable): boolean {
  return order.can_pay || order.can_pay_by_balance || (order.status === 'UNPAID' && order.total_fen === 0)
}

/** Whether there is something to choose: a balance that pays it all, or no WeChat for this order. */
async function hasChoice(order: Payable): Promise<boolean> {
  if (!order.can_pay_by_balance) return false
  if (!order.can_pay) return true
  const { available_fen } = await call('get', '/shop/wallet')
  return available_fen >= order.total_fen
}

export function useOrderSteps(changed: () => void) {
  const { isBusy, run } = useAction()

  const pay = (order: Payable) =>
    run(async () => {
      if (await hasChoice(order)) uni.navigateTo({ url: `/pages/checkout/cashier?id=${order.order_id}` })
      else if (await payOrder(order)) uni.navigateTo({ url: `/pages/checkout/result?id=${order.order_id}` })
      else changed()
    })

  const cancel = (orderId: string) =>
    run(async () => {
      if (!(await confirmed(words.orders.cancelSure))) return
      await call('post', '/shop/orders/{order_id}/cancel', { path: { order_id: orderId } })
      changed()
    })

  const receive = (orderId: string) =>
    run(async () => {
      if (!(await confirmed(words.orders.receiveSure))) return
      await call('post', '/shop/orders/{order_id}/receive', { path: { order_id: orderId } })
      changed()
    })

  return { isBusy, pay, cancel, receive }
}
