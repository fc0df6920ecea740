import type { ConfirmParams, Launch, Outcome, PayParams, Platform } from '../types'

interface Bridge {
  invoke(name: string, argument: unknown, done: (answer: { err_msg: string; err_desc?: string }) => void): void
}

/** The local world's phones answer what WeChat's own JS-SDK would (see the simulator's bridge.js). */
interface Simulated {
  ask(method: string, argument?: Record<string, unknown>): Promise<Record<string, unknown>>
}

/** What WeChat, or a phone of the local world, puts into the page. */
const page = window as unknown as { WeixinJSBridge?: Bridge; simulatedWeChat?: Simulated }

function invoke(name: string, argument: unknown): Promise<Outcome> {
  const bridge = page.WeixinJSBridge
  if (!bridge) return Promise.resolve('unavailable')
  return new Promise((resolve, reject) => {
    bridge.invoke(name, argument, ({ err_msg, err_desc }) => {
      if (/:ok$/.test(err_msg)) resolve('ok')
      else if (/:cancel$/.test(err_msg)) resolve('cancelled')
      else reject(new Error(err_desc ?? err_msg))
    })
  })
}

function query(): URLSearchParams {
  return new URLSearchParams(location.search)
}

export const platform: Platform = {
  name: 'h5',

  isInWeChat: () => Boolean(page.WeixinJSBridge) || /MicroMessenger/i.test(navigator.userAgent),

  loginCode: () => Promise.reject(new Error('H5 signs in through WeChat’s page')),

  leaveForWeChat(startUrl, backTo) {
    const back = `${location.origin}${location.pathname}${location.search}#${backTo}`
    location.replace(`${startUrl}?return_to=${encodeURIComponent(back)}`)
  },

  launch(): Launch {
    // The inviter's code stands before the hash, so that WeChat's sign-in brings it back (wechat.md). The scene
    // of a mini-program code stands behind it, where a phone of the local world opens its page.
    const given = query()
    return {
      scene: new URLSearchParams(location.hash.split('?')[1]).get('scene') ?? undefined,
      inviteCode: given.get('inv') ?? undefined,
      oauthCode: given.get('code') ?? undefined,
      oauthState: given.get('state') ?? undefined,
    }
  },

  forgetLaunch() {
    const left = query()
    left.delete('code')
    left.delete('state')
    const search = left.toString()
    history.replaceState(history.state, '', `${location.pathname}${search ? `?${search}` : ''}${location.hash}`)
  },

  pay: (params: PayParams) => invoke('getBrandWCPayRequest', params),

  confirmTransfer: ({ mchId, appId, package: confirmed }: ConfirmParams) =>
    invoke('requestMerchantTransfer', { mchId, appId, package: confirmed }),

  async askMessages(templateIds) {
    const answer = await page.simulatedWeChat?.ask('requestSubscribeMessage', { tmplIds: templateIds })
    return templateIds.filter((one) => answer?.[one] === 'accept')
  },

  async scan() {
    const seen = await page.simulatedWeChat?.ask('scanCode')
    if (!seen || seen.kind === 'official_account') return null
    return seen.kind === 'mini_program' ? `${seen.page}?scene=${encodeURIComponent(String(seen.scene))}` : String(seen.text)
  },

  async upload({ url, fields }, picture) {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('file', await (await fetch(picture)).blob())
    const answer = await fetch(url, { method: 'POST', body: form })
    if (!answer.ok) throw new Error(`the bucket answered ${answer.status}`)
  },

  linkTo(target, inviteCode) {
    const search = inviteCode ? `?inv=${inviteCode}` : ''
    return `${location.origin}${location.pathname}${search}#${target}`
  },

  saveImage(dataUrl) {
    return Promise.resolve(this.isInWeChat() ? 'unavailable' : download('poster.jpg', dataUrl))
  },

  saveText(name, text) {
    if (this.isInWeChat()) return Promise.resolve('unavailable')
    const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
    return Promise.resolve(download(name, url))
  },

  copy: (text) =>
    new Promise((resolve, reject) => {
      uni.setClipboardData({ data: text, showToast: false, success: () => resolve(), fail: reject })
    }),
}

/** A browser of its own keeps files; the one inside WeChat downloads nothing. */
function download(name: string, url: string): Outcome {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  return 'ok'
}
