/** Pay an order: in WeChat's own window, by one's balance, or at once when coupon and points pay it all. */
import { call, Refusal } from '@/api/call'
import { underKey } from '@/session/keys'
import { words } from '@/words/words'
import { platform } from '@platform'

export type Way = 'WECHAT' | 'BALANCE'

const LOOKS = 8
const PAUSE_MS = 700

/**
 * Pay; gives whether it came to a good end. If not, why not is said, and the order waits and can be paid again.
 * Whether it is paid, only the server says.
 */
export async function pay(order: { order_id: string; total_fen: number }, way: Way = 'WECHAT'): Promise<boolean> {
  try {
    return await settle(order, way)
  } catch (failure) {
    const said = failure instanceof Refusal ? failure.detail : words.pay.failed
    uni.showToast({ title: said, icon: 'none', duration: 3000 })
    return false
  }
}

/** Whether it ended well. Cancelling WeChat's window is no failure: the order waits. */
async function settle({ order_id, total_fen }: { order_id: string; total_fen: number }, way: Way): Promise<boolean> {
  const path = { order_id }
  if (total_fen === 0) {
    await call('post', '/shop/orders/{order_id}/free-payment', { path })
    return true
  }
  if (way === 'BALANCE') {
    await underKey('balance', path, (key) => call('post', '/shop/orders/{order_id}/balance-payment', { path, key }))
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
