/** One thing read from a door: content, failure with a way back, reading again after each step. */
import { onBeforeUnmount, onMounted, ref, shallowRef, type ShallowRef } from 'vue'

import { Refusal } from '@/api/http'

export interface Thing<T> {
  value: ShallowRef<T | undefined>
  problem: ShallowRef<Refusal | undefined>
  isBusy: Readonly<{ value: boolean }>
  load: () => Promise<void>
}

export function useThing<T>(read: () => Promise<T>): Thing<T> {
  const value = shallowRef<T>()
  const problem = shallowRef<Refusal>()
  const isBusy = ref(false)

  async function load(): Promise<void> {
    isBusy.value = true
    try {
      value.value = await read()
      problem.value = undefined
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure
      problem.value = failure
    } finally {
      isBusy.value = false
    }
  }

  onMounted(load)
  return { value, problem, isBusy, load }
}

/** Look again every so often while the page is seen: a hidden tab asks for nothing and looks as soon as it is back. */
export function useWatching(look: () => unknown, pause_ms: number): void {
  const seen = (): void => {
    if (!document.hidden) look()
  }
  const timer = window.setInterval(seen, pause_ms)
  document.addEventListener('visibilitychange', seen)
  onBeforeUnmount(() => {
    window.clearInterval(timer)
    document.removeEventListener('visibilitychange', seen)
  })
}
