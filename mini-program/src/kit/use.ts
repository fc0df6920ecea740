/** How a page loads: one thing, or a list page by page; each with its waiting, its failure and its retry. */
import { onHide, onShow, onUnload } from '@dcloudio/uni-app'
import { computed, ref, shallowRef } from 'vue'

import { Refusal } from '@/api/call'
import { needSignIn } from '@/session/need'
import { words } from '@/words/words'

export type State = 'loading' | 'failed' | 'ready'

/**
 * One thing from the server; `load` again keeps what is shown until the new answer is there. Of several that
 * are under way the last one asked counts, in whatever order they come in.
 */
export function useThing<T>(ask: () => Promise<T>) {
  const thing = shallowRef<T>()
  const problem = shallowRef<Refusal>()
  const isBusy = ref(false)
  const state = computed<State>(() => (thing.value !== undefined ? 'ready' : problem.value ? 'failed' : 'loading'))

  let turn = 0
  async function load(): Promise<void> {
    const mine = ++turn
    isBusy.value = true
    problem.value = undefined
    try {
      const found = await ask()
      if (mine === turn) thing.value = found
    } catch (failure) {
      const refused = refusal(failure)
      if (mine === turn) problem.value = refused
    } finally {
      if (mine === turn) isBusy.value = false
    }
  }

  return { thing, problem, state, isBusy, load }
}

const FIRST_LOOK_MS = 3_000
const LAST_LOOK_MS = 60_000

/**
 * Look again by itself while something is under way and the page is seen: soon at first, then ever more
 * seldom, and soon again when it has moved. `stage` names where it stands, and nothing once it has ended.
 */
export function useWatching(load: () => Promise<void>, stage: () => string | undefined) {
  let isSeen = false
  let pause = FIRST_LOOK_MS
  let known: string | undefined
  let waiting: ReturnType<typeof setTimeout> | undefined

  async function look(): Promise<void> {
    await load()
    clearTimeout(waiting)
    const now = stage()
    if (!isSeen || now === undefined) return
    if (now !== known) pause = FIRST_LOOK_MS
    known = now
    waiting = setTimeout(() => void look(), pause)
    pause = Math.min(LAST_LOOK_MS, pause * 1.6)
  }
  function rest(): void {
    isSeen = false
    clearTimeout(waiting)
  }
  onShow(() => {
    isSeen = true
    known = undefined
    void look()
  })
  onHide(rest)
  onUnload(rest)

  return { look }
}

interface Page<T> {
  items: T[]
  next?: string | null
}

/** A list that grows page by page; `reload` begins anew, `more` asks for the next page once. */
export function usePages<T>(ask: (next: string | undefined) => Promise<Page<T>>) {
  const items = shallowRef<T[]>([])
  const next = ref<string | null>()
  const problem = shallowRef<Refusal>()
  const isBusy = ref(false)
  const hasAsked = ref(false)
  let turn = 0
  let last: string | undefined
  const state = computed<State>(() => (hasAsked.value ? 'ready' : problem.value ? 'failed' : 'loading'))
  const isEmpty = computed(() => state.value === 'ready' && items.value.length === 0 && !next.value)

  async function fetch(from: string | undefined): Promise<void> {
    const mine = ++turn
    last = from
    isBusy.value = true
    problem.value = undefined
    try {
      const page = await ask(from)
      if (mine !== turn) return
      items.value = from === undefined ? page.items : [...items.value, ...page.items]
      next.value = page.next ?? null
      hasAsked.value = true
    } catch (failure) {
      if (mine === turn) problem.value = refusal(failure)
    } finally {
      if (mine === turn) isBusy.value = false
    }
  }

  /** Begin anew; `afresh` shows the skeleton again, as after another tab was chosen. */
  function reload(afresh = false): Promise<void> {
    if (afresh) {
      items.value = []
      hasAsked.value = false
    }
    return fetch(undefined)
  }

  async function more(): Promise<void> {
    if (next.value && !isBusy.value) await fetch(next.value)
  }

  /** Ask for what failed once more. */
  const retry = (): Promise<void> => fetch(last)

  return { items, next, problem, state, isBusy, isEmpty, reload, more, retry }
}

/** What went wrong as a refusal; anything that is not one is our own mistake and is thrown on. */
export function refusal(failure: unknown): Refusal {
  if (failure instanceof Refusal) return failure
  throw failure
}

/** Do one thing at a time: a second tap while the first is under way does nothing. */
export function useAction() {
  const isBusy = ref(false)

  async function run(action: () => Promise<void>): Promise<void> {
    if (isBusy.value) return
    isBusy.value = true
    try {
      await action()
    } catch (failure) {
      const { detail, status } = refusal(failure)
      // What was typed stays on its page below the sign-in.
      if (status === 401) needSignIn()
      uni.showToast({ title: detail || words.unexpected.detail, icon: 'none', duration: 3000 })
    } finally {
      isBusy.value = false
    }
  }

  return { isBusy, run }
}
