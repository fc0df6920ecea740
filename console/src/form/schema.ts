/** Forms drawn from the contract's own JSON schemas: titles, limits and choices come from the Python models. */
import forms from '@/api/forms.json'
import { yuan } from '@/format'
import { choiceName, hintOf, nameOf } from '@/names'
import { words } from '@/words'

export interface Schema {
  $ref?: string
  type?: string
  title?: string
  description?: string
  format?: string
  enum?: (string | number)[]
  const?: string | number
  anyOf?: Schema[]
  oneOf?: Schema[]
  additionalProperties?: boolean | Schema
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  default?: unknown
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
  maxItems?: number
}

export type FieldKind = 'text' | 'long' | 'money' | 'rate' | 'count' | 'choice' | 'switch' | 'day' | 'moment' | 'list' | 'group' | 'variant' | 'picture' | 'kept'

export interface Field {
  name: string
  label: string
  hint?: string
  kind: FieldKind
  isRequired: boolean
  isNullable: boolean
  schema: Schema
}

export interface Choice {
  value: string | number
  name: string
}
/** Given choices, or how to look for some by what is typed; what is chosen already is among them. */
export type Choices = Choice[] | ((typed: string, chosen: string[]) => Promise<Choice[]>)

const LONG_FROM = 100
const THRESHOLDS: Record<string, string[]> = { metric: ['at_least', 'below'], first: ['first_at_least'], second: ['second_at_least'] }

/** The body of a door by its name in the contract. */
export function formOf(name: string): Schema {
  const found = (forms as unknown as Record<string, Schema>)[name]
  if (!found) throw new Error(`no such form: ${name}`)
  return found
}

/** What stands behind references and behind "or nothing". */
export function settled(schema: Schema, defs: Record<string, Schema> = {}): { schema: Schema; isNullable: boolean } {
  if (schema.$ref) {
    const name = schema.$ref.split('/').pop() ?? ''
    return settled({ ...(defs[name] ?? formOf(name)), ...(schema.title ? { title: schema.title } : {}) }, defs)
  }
  const options = schema.anyOf?.filter((one) => one.type !== 'null')
  if (schema.anyOf && options?.length === 1 && options[0]) {
    const inner = settled(options[0], defs).schema
    return { schema: { ...inner, ...schema, anyOf: undefined, type: inner.type }, isNullable: options.length < schema.anyOf.length }
  }
  return { schema, isNullable: false }
}

/** The fields of an object's schema, in its own order. */
export function fieldsOf(schema: Schema, defs: Record<string, Schema> = {}): Field[] {
  const required = new Set(schema.required)
  return Object.entries(schema.properties ?? {}).map(([name, given]) => {
    const { schema: inner, isNullable } = settled(given, defs)
    return {
      name,
      label: nameOf(name, given.title ?? inner.title),
      hint: hintOf(given.description ?? inner.description),
      kind: kindOf(name, inner),
      isRequired: required.has(name),
      isNullable,
      schema: inner,
    }
  })
}

function kindOf(name: string, schema: Schema): FieldKind {
  if (schema.const !== undefined || name === 'sku_id') return 'kept'
  if (schema.oneOf) return 'variant'
  if (schema.enum) return 'choice'
  if (schema.type === 'boolean') return 'switch'
  if (schema.type === 'array') return 'list'
  if (schema.type === 'object') return schema.properties ? 'group' : 'kept'
  if (schema.type === 'integer') {
    if (/(^|_)fen$/.test(name)) return 'money'
    return /(^|_)bps$/.test(name) ? 'rate' : 'count'
  }
  if (/(^|_)picture_urls?$/.test(name)) return 'picture'
  if (schema.format === 'date') return 'day'
  if (schema.format === 'date-time') return 'moment'
  return (schema.maxLength ?? 0) > LONG_FROM ? 'long' : 'text'
}

/** The kinds a value may be of, where its `kind` says which it is. */
export function kindsOf(field: Field, defs: Record<string, Schema> = {}): { kind: string; field: Field }[] {
  return (field.schema.oneOf ?? []).map((one) => {
    const { schema } = settled(one, defs)
    return { kind: String(schema.properties?.kind?.const ?? ''), field: { ...field, kind: 'group', schema, isNullable: false } }
  })
}

/** The unit of each threshold that a value's metrics decide: money in fen, margins in basis points, else numbers. */
export function unitsOf(value: unknown): Record<string, FieldKind> {
  const found: Record<string, FieldKind> = {}
  for (const [name, fields] of Object.entries(THRESHOLDS)) {
    const metric = (value as Record<string, unknown> | null | undefined)?.[name]
    if (typeof metric !== 'string') continue
    const kind = /MARGIN/.test(metric) ? 'rate' : /PAID|PROFIT|SALES|SPEND|_fen$/.test(metric) ? 'money' : 'count'
    for (const field of fields) found[field] = kind
  }
  return found
}

/** What an empty form begins with. */
export function blank(field: Field, defs: Record<string, Schema> = {}): unknown {
  if (field.schema.const !== undefined) return field.schema.const
  if (field.schema.default !== undefined) return structuredClone(field.schema.default)
  if (field.isNullable) return null
  switch (field.kind) {
    case 'switch':
      return false
    case 'list':
      return []
    case 'group':
      return Object.fromEntries(fieldsOf(field.schema, defs).map((one) => [one.name, blank(one, defs)]))
    case 'variant':
      return blank({ ...field, ...kindsOf(field, defs)[0]?.field }, defs)
    case 'choice':
      return field.schema.enum?.[0]
    case 'kept':
      return {}
    case 'money':
    case 'rate':
    case 'count':
      return field.schema.minimum ?? 0
    default:
      return ''
  }
}

/** Whether some amount inside was typed that is none; it must not be sent. */
export function isUnreadable(value: unknown): boolean {
  if (typeof value === 'number') return Number.isNaN(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(isUnreadable)
}

/** What is wrong with a value before it is sent; the server checks again. */
export function problemOf(field: Field, value: unknown): string {
  const { schema } = field
  if (value === null || value === '' || value === undefined) return field.isRequired && !field.isNullable ? '请填写' : ''
  if (isUnreadable(value)) return words.form.unreadable
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) return `不能小于 ${shown(field, schema.minimum)}`
    if (schema.maximum !== undefined && value > schema.maximum) return `不能大于 ${shown(field, schema.maximum)}`
  }
  if (typeof value === 'string') {
    if (schema.minLength !== undefined && value.length < schema.minLength) return `至少 ${schema.minLength} 个字`
    if (schema.maxLength !== undefined && value.length > schema.maxLength) return `最多 ${schema.maxLength} 个字`
    if (schema.pattern && !new RegExp(schema.pattern, 'u').test(value)) return '格式不对'
  }
  if (Array.isArray(value) && schema.maxItems !== undefined && value.length > schema.maxItems) return `最多 ${schema.maxItems} 项`
  return ''
}

function shown(field: Field, value: number): string {
  return field.kind === 'money' || field.kind === 'rate' ? String(value / 100) : String(value)
}

/** What differs between two readings of one thing, field by field, in words. */
export function differences(fields: Field[], before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return fields
    .filter((one) => JSON.stringify(before[one.name]) !== JSON.stringify(after[one.name]))
    .map((one) => `${one.label}：${reading(one, before[one.name])} → ${reading(one, after[one.name])}`)
}

/** A value as people read it. */
export function reading(field: Field, value: unknown): string {
  if (value === null || value === undefined || value === '') return '（空）'
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (typeof value === 'number') return field.kind === 'money' || field.kind === 'rate' ? yuan(value) : String(value)
  if (Array.isArray(value)) return value.map((one) => reading(field, one)).join('、') || '（空）'
  if (typeof value === 'object')
    return Object.entries(value)
      .filter(([name]) => name !== 'kind')
      .map(([name, one]) => `${nameOf(name)} ${reading({ ...field, kind: kindOf(name, { type: 'integer' }) }, one)}`)
      .join('，')
  return choiceName(value as string)
}
