/** Pay an order in WeChat's own window. Whether it is paid, only the server says. */
import { call } from '@/api/call'
import { words } from '@/words/words'
import { platform } from '@platform'

const LOOKS = 8
const PAUSE_MS = 700

/** Whether the server holds the payment now. Cancelling is no failure: the order waits. */
export async function pay(orderId: string): Promise<boolean> {
  const path = { order_id: orderId }
  const params = await call('post', '/shop/orders/{order_id}/payment', { path })
  const outcome = await platform.pay(params)
  if (outcome === 'cancelled') uni.showToast({ title: words.pay.cancelled, icon: 'none', duration: 2500 })
  if (outcome === 'unavailable') uni.showToast({ title: words.pay.onlyInWeChat, icon: 'none', duration: 3000 })
  if (outcome !== 'ok') return false
  uni.showLoading({ title: words.pay.looking, mask: true })
  try {
    for (let look = 0; look < LOOKS; look += 1) {
      const order = await call('get', '/shop/orders/{order_id}', { path })
      if (order.status !== 'UNPAID') return true
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
    return false
  } finally {
    uni.hideLoading()
  }
}
