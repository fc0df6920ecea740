declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent<object, object, unknown>
  export default component
}

/** WeChat's own object; there only in the mini-program, and only its shell uses it. */
declare const wx: { readonly env: { readonly USER_DATA_PATH: string } } & Record<string, (options: Record<string, unknown>) => void>
