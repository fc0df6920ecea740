declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent<object, object, unknown>
  export default component
}

/** WeChat's own object; there only in the mini-program, and only its shell uses it. */
declare const wx: Record<string, (options: Record<string, unknown>) => void>
