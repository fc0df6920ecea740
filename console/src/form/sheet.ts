/** Ask for a form from anywhere: the one sheet of the console is shown, and the promise tells how it ended. */
import { shallowRef } from 'vue'

import type { Schemas } from '@/api/http'
import type { Choices, Schema } from './schema'

type Values = Record<string, unknown>

export interface Asked {
  title: string
  form: string | Schema
  start?: Values
  fixed?: Values
  choices?: Record<string, Choices>
  effect?: string
  hide?: string[]
  save: (body: Values) => Promise<unknown>
  again?: () => Promise<{ start: Values; fixed?: Values }>
}

interface Options<Body> extends Omit<Asked, 'form' | 'save' | 'title'> {
  save: (body: Body) => Promise<unknown>
}

export const asked = shallowRef<Asked & { end: (isSaved: boolean) => void }>()

/** Let the person fill in a door's request model. Whether it was saved. */
export function fill<Name extends keyof Schemas & string>(form: Name, title: string, options: Options<Schemas[Name]>): Promise<boolean> {
  return show({ ...options, form, title, save: (body) => options.save(body as Schemas[Name]) })
}

/** The same with a schema that a door gave. */
export function show(given: Asked): Promise<boolean> {
  return new Promise((resolve) => {
    asked.value = {
      ...given,
      end: (isSaved) => {
        asked.value = undefined
        resolve(isSaved)
      },
    }
  })
}
