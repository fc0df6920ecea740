/**
 * `wx` as far as the mini-program needs it. What leaves the phone is real: requests go to the running API, and
 * `window.phone(action, body)` (given by the test) is the person's phone at the WeChat simulator: login, pay, scan.
 */
const phone = (action, body = {}) => window.phone(action, body)

/** What was asked of WeChat, for a test to look at: [name, what]. */
export const asked = (window.asked = [])

/** WeChat's way to answer: success or fail, then complete. */
function answer(options, name, work) {
  const done = (outcome, result) => {
    options?.[outcome]?.(result)
    options?.complete?.(result)
  }
  Promise.resolve()
    .then(work)
    .then(
      (result) => done('success', { errMsg: `${name}:ok`, ...result }),
      (problem) => done('fail', { errMsg: `${name}:fail ${problem.message}` }),
    )
}

const screen = {
  platform: 'ios',
  brand: 'Apple',
  model: 'iPhone',
  system: 'iOS 17',
  version: '8.0.50',
  SDKVersion: '3.5.0',
  language: 'zh_CN',
  pixelRatio: 2,
  windowWidth: innerWidth,
  windowHeight: innerHeight,
  screenWidth: innerWidth,
  screenHeight: innerHeight,
  statusBarHeight: 20,
  safeArea: { top: 20, bottom: innerHeight },
  theme: 'light',
  host: {},
}

const device = {
  getSystemInfoSync: () => screen,
  getAppBaseInfo: () => screen,
  getDeviceInfo: () => screen,
  getWindowInfo: () => screen,
  getSystemSetting: () => ({}),
  getAppAuthorizeSetting: () => ({}),
  getAccountInfoSync: () => ({ miniProgram: { appId: 'wx1', envVersion: 'develop' } }),
  canIUse: () => true,
  nextTick: (run) => Promise.resolve().then(run),
  createIntersectionObserver(component, options) {
    const made = component.createIntersectionObserver(options)
    const relative = made.relativeToViewport.bind(made)
    made.relativeToViewport = (margins) => relative({ left: 0, top: 0, right: 0, bottom: 0, ...margins })
    return made
  },
}

const storage = {
  getStorageSync: (name) => JSON.parse(localStorage.getItem(name) ?? '""'),
  setStorageSync: (name, value) => localStorage.setItem(name, JSON.stringify(value)),
  removeStorageSync: (name) => localStorage.removeItem(name),
}

const network = {
  request(options) {
    asked.push(['request', `${options.method} ${options.url}`])
    answer(options, 'request', async () => {
      const hasBody = !['GET', 'DELETE'].includes(options.method) && options.data !== undefined
      const body = hasBody ? JSON.stringify(options.data) : undefined
      const got = await fetch(options.url, { method: options.method, headers: options.header, body })
      const isBinary = options.responseType === 'arraybuffer'
      const text = isBinary ? '' : await got.text()
      const isJson = /json/.test(got.headers.get('content-type') ?? '') && text !== ''
      const data = isBinary ? await got.arrayBuffer() : isJson ? JSON.parse(text) : text
      return { statusCode: got.status, data, header: {} }
    })
    return { abort() {} }
  },
  arrayBufferToBase64: (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))),
}

const wechat = {
  login: (options) => answer(options, 'login', async () => ({ code: (await phone('login', { app: 'mp' })).code })),
  requestPayment(options) {
    const { timeStamp, nonceStr, package: prepaid, signType, paySign } = options
    asked.push(['requestPayment', prepaid])
    answer(options, 'requestPayment', async () => {
      const { errMsg } = await phone('pay', { params: { timeStamp, nonceStr, package: prepaid, signType, paySign } })
      if (!errMsg.endsWith(':ok')) throw new Error(errMsg.split('fail ')[1])
    })
  },
  requestMerchantTransfer(options) {
    asked.push(['requestMerchantTransfer', options.package])
    answer(options, 'requestMerchantTransfer', () => phone('transfer', { package: options.package }))
  },
  requestSubscribeMessage: (options) =>
    answer(options, 'requestSubscribeMessage', () => phone('subscribe', { template_ids: options.tmplIds, accept: true })),
  scanCode: (options) => answer(options, 'scanCode', () => phone('scan')),
}

const looks = {
  showToast(options) {
    asked.push(['showToast', options.title])
    answer(options, 'showToast')
  },
  showLoading: (options) => answer(options, 'showLoading'),
  hideLoading: (options) => answer(options, 'hideLoading'),
  stopPullDownRefresh: (options) => answer(options, 'stopPullDownRefresh'),
  previewImage: (options) => asked.push(['previewImage', options.current]),
  setClipboardData(options) {
    asked.push(['setClipboardData', options.data])
    answer(options, 'setClipboardData')
  },
  showModal(options) {
    asked.push(['showModal', options.title])
    answer(options, 'showModal', () => ({ confirm: true, cancel: false }))
  },
}

const ignored = ['onError', 'onUnhandledRejection', 'onPageNotFound', 'onThemeChange', 'offAppShow', 'offAppHide', 'onAppShow', 'onAppHide', 'preloadAssets']

/** All of it; `pages` are the ways to other pages, `launch` is how the app was opened. */
export function makeWx(pages, launch) {
  const ways = Object.fromEntries(
    Object.entries(pages).map(([name, go]) => [name, (options = {}) => answer(options, name, () => go(options))]),
  )
  return {
    ...Object.fromEntries(ignored.map((name) => [name, () => undefined])),
    ...device,
    ...storage,
    ...network,
    ...wechat,
    ...looks,
    ...ways,
    getLaunchOptionsSync: () => launch,
    getEnterOptionsSync: () => launch,
  }
}
