/** What a buyer does with an order, each told before and confirmed after. */
import { call } from '@/api/call'
import { confirmed } from '@/kit/confirm'
import { useAction } from '@/kit/use'
import { pay as payOrder } from '@/pages/checkout/pay'
import { words } from '@/words/words'

/** By WeChat as the server says; an order of nothing is only confirmed. */
export function canPay(order: { status: string; can_pay: boolean; total_fen: number }): boolean {
  return order.can_pay || (order.status === 'UNPAID' && order.total_fen === 0)
}

export function useOrderSteps(changed: () => void) {
  const { isBusy, run } = useAction()

  const pay = (order: { order_id: string; total_fen: number }) => 
    run(async () => {
      if (await payOrder(order)) uni.navigateTo({ url: `/pages/checkout/result?id=${order.order_id}` })
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
