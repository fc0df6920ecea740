/** Pay an order: in WeChat's own window, or at once when coupon and points pay it all. */
import { call, Refusal } from '@/api/call'
import { words } from '@/words/words'
import { platform } from '@platform'

const LOOKS = 8
const PAUSE_MS = 700

/**
 * Pay; gives whether it came to a good end. If not, why not is said, and the order waits and can be paid again.
 * Whether it is paid, only the server says.
 */
export async function pay(order: { order_id: string; total_fen: number }): Promise<boolean> {
  try {
    return await settle(order)
  } catch (failure) {
    const said = failure instanceof Refusal ? failure.detail : words.pay.failed
    uni.showToast({ title: said, icon: 'none', duration: 3000 })
    return false
  }
}

/** Whether WeChat's window ended well. Cancelling is no failure: the order waits. */
async function settle({ order_id, total_fen }: { order_id: string; total_fen: number }): Promise<boolean> {
  const path = { order_id }
  if (total_fen === 0) {
    await call('post', '/shop/orders/{order_id}/free-payment', { path })
    return true
  }
  const params = await call('post', '/shop/orders/{order_id}/payment', { path })
  const outcome = await platform.pay(params)
  if (outcome === 'cancelled') uni.showToast({ title: words.pay.cancelled, icon: 'none', duration: 2500 })
  if (outcome === 'unavailable') uni.showToast({ title: words.pay.onlyInWeChat, icon: 'none', duration: 3000 })
  return outcome === 'ok'
}

/** The order once the server knows of the payment, or as it stands when that takes long. */
export async function paidOrder(orderId: string) {
  const path = { order_id: orderId }
  let order = await call('get', '/shop/orders/{order_id}', { path })
  for (let look = 1; look < LOOKS && order.status === 'UNPAID'; look += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    order = await call('get', '/shop/orders/{order_id}', { path })
  }
  return order
}
