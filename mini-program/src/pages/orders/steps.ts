/** What a buyer does with an order, each told before and confirmed after. */
import { call } from '@/api/call'
import { confirmed } from '@/kit/confirm'
import { useAction } from '@/kit/use'
import { pay as payOrder } from '@/pages/checkout/pay'
import { words } from '@/words/words'

export function useOrderSteps(changed: () => void) {
  const { isBusy, run } = useAction()

  const pay = (orderId: string) =>
    run(async () => {
      await payOrder(orderId)
      changed()
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
