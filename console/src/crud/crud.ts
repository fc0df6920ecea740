/** What a list page is made of: where its rows come from, by what they are filtered, how each column reads. */
import type { Component } from 'vue'

import type { Choice } from '@/form/schema'

type Tone = 'success' | 'warning' | 'danger' | 'info' | 'primary'

export interface Column<T> {
  key: string
  label: string
  width?: number
  kind?: 'text' | 'money' | 'moment' | 'tag' | 'picture' | 'pictures' | 'count' | 'rate' | 'staff'
  /** For tags: what each value is called and how it looks. */
  tags?: Record<string, { name: string; tone: Tone }>
  value?: (row: T) => string | number | null | undefined
  /** For `pictures`: their addresses. */
  pictures?: (row: T) => readonly string[]
  /** Where a click leads. */
  to?: (row: T) => string
  isFixed?: boolean
  isHidden?: boolean
}

export interface Filter {
  key: string
  label: string
  kind?: 'text' | 'choice' | 'day' | 'search'
  choices?: { value: string; name: string }[]
  /** For `search`: how to find some by what is typed. */
  search?: (typed: string, chosen: string[]) => Promise<Choice[]>
  initial?: string
}

export interface RowAction<T> {
  name: string
  /** The permission it needs; without it nobody sees it. */
  needs: string
  tone?: Tone
  when?: (row: T) => boolean
  run: (row: T) => Promise<unknown> | unknown
}

export interface Crud<T> {
  id: string
  title: string
  rowKey: (keyof T & string) | ((row: T) => string)
  filters: Filter[]
  columns: Column<T>[]
  list: (asked: Record<string, string | number | undefined>) => Promise<{ items: readonly T[]; next?: string | null }>
  actions?: RowAction<T>[]
  /** Steps that belong to no row: above the list. */
  tools?: { name: string; needs: string; run: () => Promise<unknown> | unknown }[]
  /** A step over the rows that were ticked; only those of which `when` holds can be. */
  batch?: { name: string; needs: string; when: (row: T) => boolean; run: (rows: readonly T[]) => Promise<unknown> }
  empty?: string
  icon?: Component
}

/** The text of a cell's raw value: the column's own reading, or the field of its key. */
export function raw<T>(column: Column<T>, row: T): string | number | null | undefined {
  return column.value ? column.value(row) : (row as Record<string, string | number | null | undefined>)[column.key]
}
