/** `uni` in unit tests: storage that works, and requests that a test answers through `answers`. */
import { beforeEach } from 'vitest'

interface Request {
  url: string
  method: string
  data?: unknown
  header: Record<string, string>
  success: (answer: { statusCode: number; data: unknown }) => void
  fail: (problem: { errMsg: string }) => void
}

export type Respond = (request: Request) => { statusCode: number; data: unknown } | 'no network'
export const world = { requests: [] as Request[], respond: (() => 'no network') as Respond, toasts: [] as string[] }
/** The pages below and on top, and where it went since. */
export const pages: { route: string; $page?: { fullPath: string } }[] = []
export const opened: string[] = []
const open = ({ url }: { url: string }) => opened.push(url)
const stored = new Map<string, unknown>()

Object.assign(globalThis, {
  getCurrentPages: () => pages,
  uni: {
    navigateTo: open,
    redirectTo: open,
    switchTab: open,
    navigateBack: () => opened.push('back'),
    getStorageSync: (name: string) => stored.get(name) ?? '',
    setStorageSync: (name: string, value: unknown) => stored.set(name, value),
    removeStorageSync: (name: string) => stored.delete(name),
    showToast: ({ title }: { title: string }) => world.toasts.push(title),
    request: (request: Request) => {
      world.requests.push(request)
      const answer = world.respond(request)
      queueMicrotask(() => (answer === 'no network' ? request.fail({ errMsg: 'fail' }) : request.success(answer)))
    },
  },
  wx: {},
})

beforeEach(() => {
  stored.clear()
  world.requests.length = 0
  world.toasts.length = 0
  pages.length = 0
  opened.length = 0
  world.respond = () => 'no network'
})
