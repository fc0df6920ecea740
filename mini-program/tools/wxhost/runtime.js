/** Bring the built mini-program to life: WeChat's component engine draws it, pages lie on a stack as in WeChat. */
import * as engine from 'glass-easel'
import * as adapter from 'glass-easel-miniprogram-adapter'

import { fillBuiltIns, handOverPlainEvents } from './events.js'
import { makeWx } from './wx.js'

const { templates, settings, modules } = window.miniProgram
const { app } = settings
const [stage, bar, tabs] = ['stage', 'bar', 'tabs'].map((id) => document.getElementById(id))

const norm = (path) =>
  path.split('/').reduce((steps, step) => (step === '..' ? steps.slice(0, -1) : step && step !== '.' ? [...steps, step] : steps), []).join('/')
const beside = (from, path) => norm(path.startsWith('/') ? path : `${from.split('/').slice(0, -1).join('/')}/${path}`)

// uni-app puts its handlers on the instance, after the component is made.
engine.globalOptions.useMethodCallerListeners = true
handOverPlainEvents()
const environment = new adapter.MiniProgramEnv()
const space = environment.createCodeSpace('', true)
const backend = new engine.CurrentWindowBackendContext()
backend.onEvent((target, type, detail, options) => engine.triggerEvent(target, type, detail, options))
const window_ = environment.associateBackend(backend)

const loaded = {}
function load(file) {
  if (loaded[file]) return loaded[file].exports
  if (!modules[file]) throw new Error(`there is no module ${file}`)
  const module = (loaded[file] = { exports: {} })
  modules[file]((path) => load([beside(file, path), `${beside(file, path)}.js`].find((one) => modules[one]) ?? path), module, module.exports, globalThis)
  return module.exports
}

// ── pages ────────────────────────────────────────────────────────────────────────────────────────
const stack = []

function open({ url }) {
  const [path, query = ''] = url.split('?')
  const route = norm(path)
  if (!settings[route]) throw new Error(`page "${route}" is not found`)
  const given = Object.fromEntries(query.split('&').filter(Boolean).map((pair) => pair.split('=')))
  const root = window_.createRoot('wx-page', space, route)
  const holder = stage.appendChild(document.createElement('div'))
  const mark = holder.appendChild(document.createElement('span'))
  const page = root.get()
  Object.assign(page, { route, __route__: route, options: given })
  stack.push({ root, page, holder, route })
  root.attach(holder, mark)
  page.onLoad?.(given)
  show()
  page.onReady?.()
}

function close() {
  const top = stack.pop()
  top?.page.onUnload?.()
  top?.root.release()
  top?.holder.remove()
}

function show() {
  const top = stack[stack.length - 1]
  for (const one of stack) one.holder.style.display = one === top ? '' : 'none'
  bar.textContent = settings[top.route].navigationBarTitleText ?? ''
  const list = app.tabBar.list.some((one) => one.pagePath === top.route) ? app.tabBar.list : []
  tabs.style.display = list.length ? '' : 'none'
  tabs.replaceChildren(...list.map((one) => tab(one, one.pagePath === top.route)))
  top.page.onShow?.()
}

function tab({ text, pagePath, iconPath, selectedIconPath }, isOn) {
  const made = document.createElement('div')
  made.append(Object.assign(document.createElement('img'), { src: isOn ? selectedIconPath : iconPath }), text)
  made.addEventListener('click', () => wx.switchTab({ url: `/${pagePath}` }))
  return made
}

function openAlone(options) {
  while (stack.length) close()
  open({ url: options.url })
}

const ways = {
  navigateTo: open,
  redirectTo: (options) => (close(), open(options)),
  navigateBack: () => (close(), show()),
  switchTab: openAlone,
  reLaunch: openAlone,
  setNavigationBarTitle: ({ title }) => void (bar.textContent = title),
}

// ── the app ──────────────────────────────────────────────────────────────────────────────────────
const launchQuery = Object.fromEntries(new URLSearchParams(location.search))
const launch = { path: app.pages[0], query: launchQuery, scene: 1001, referrerInfo: {} }
globalThis.wx = makeWx(ways, launch)
globalThis.getCurrentPages = () => stack.map((one) => one.page)
let instance
globalThis.App = (made) => {
  instance = made
  made.onLaunch?.(launch)
  made.onShow?.(launch)
}
globalThis.getApp = () => instance

for (const path of Object.keys(templates))
  space.addCompiledTemplate(path, { groupList: templates, content: templates[path], fallbackListenerOnNativeNode: true })
for (const [path, one] of Object.entries(settings)) {
  const usingComponents = { ...app.usingComponents, ...one.usingComponents }
  space.addComponentStaticConfig(path, { ...one, styleIsolation: 'shared', usingComponents })
}

// The framework takes these once at its start, so they stay the same and hand on to whichever is being made.
let making
for (const name of ['Page', 'Component', 'Behavior']) globalThis[name] = (given) => making[name](given)

const routes = [...app.pages, ...(app.subPackages ?? []).flatMap(({ root, pages }) => pages.map((page) => norm(`${root}/${page}`)))]
const needed = []
function need(path) {
  if (needed.includes(path)) return
  needed.push(path)
  for (const used of Object.values(settings[path]?.usingComponents ?? {})) need(beside(path, used))
}
load('app.js')
routes.forEach(need)
for (const path of needed.reverse())
  if (modules[`${path}.js`]) {
    space.componentEnv(path, (component) => {
      making = component
      load(`${path}.js`)
    })
  }

fillBuiltIns(stage)
open({ url: `/${app.pages[0]}` })
