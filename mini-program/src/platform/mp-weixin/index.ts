import type { Launch, Outcome, Platform } from '../types'

/** A call of WeChat's that ends in ok, a cancelled window, or an error. */
function outcome(name: string, options: Record<string, unknown>): Promise<Outcome> {
  if (typeof wx[name] !== 'function') return Promise.resolve('unavailable')
  return new Promise((resolve, reject) => {
    wx[name]?.({
      ...options,
      success: () => resolve('ok'),
      fail: ({ errMsg }: { errMsg: string }) =>
        /cancel/.test(errMsg) ? resolve('cancelled') : reject(new Error(errMsg)),
    })
  })
}

export const platform: Platform = {
  name: 'mp-weixin',

  isInWeChat: () => true,

  loginCode: () =>
    new Promise((resolve, reject) => {
      uni.login({ provider: 'weixin', success: ({ code }) => resolve(code), fail: reject })
    }),

  leaveForWeChat: () => undefined,

  launch(options): Launch {
    const query = options?.query ?? {}
    // WeChat hands the scene of a mini-program code over URL-encoded once (wechat.md).
    const scene = typeof query.scene === 'string' ? decodeURIComponent(query.scene) : undefined
    return { scene, inviteCode: typeof query.inv === 'string' ? query.inv : undefined }
  },

  forgetLaunch: () => undefined,

  pay: ({ timeStamp, nonceStr, package: prepaid, signType, paySign }) =>
    outcome('requestPayment', { timeStamp, nonceStr, package: prepaid, signType, paySign }),

  confirmTransfer: ({ mchId, appId, package: confirmed }) =>
    outcome('requestMerchantTransfer', { mchId, appId, package: confirmed }),

  askMessages: (templateIds) =>
    new Promise((resolve) => {
      wx.requestSubscribeMessage?.({
        tmplIds: templateIds,
        success: (answer: Record<string, string>) => resolve(templateIds.filter((one) => answer[one] === 'accept')),
        fail: () => resolve([]),
      })
    }),

  scan: () =>
    new Promise((resolve) => {
      uni.scanCode({ success: ({ result, path }) => resolve(path || result), fail: () => resolve(null) })
    }),

  upload: ({ url, fields }, picture) =>
    new Promise((resolve, reject) => {
      uni.uploadFile({
        url,
        filePath: picture,
        name: 'file',
        formData: fields,
        success: ({ statusCode }) =>
          statusCode < 300 ? resolve() : reject(new Error(`the bucket answered ${statusCode}`)),
        fail: ({ errMsg }: { errMsg: string }) => reject(new Error(errMsg)),
      })
    }),

  linkTo: () => '',

  async saveImage(dataUrl) {
    const filePath = await written('poster.jpg', dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64')
    return outcome('saveImageToPhotosAlbum', { filePath })
  },

  async saveText(name, text) {
    return outcome('shareFileMessage', { filePath: await written(name, text, 'utf8') })
  },

  copy: (text) =>
    new Promise((resolve, reject) => {
      uni.setClipboardData({ data: text, success: () => resolve(), fail: reject })
    }),
}

/** Put a file into the app's own folder; where it lies. */
function written(name: string, data: string, encoding: 'base64' | 'utf8'): Promise<string> {
  const filePath = `${wx.env.USER_DATA_PATH}/${name}`
  return new Promise((resolve, reject) => {
    uni.getFileSystemManager().writeFile({ filePath, data, encoding, success: () => resolve(filePath), fail: reject })
  })
}
