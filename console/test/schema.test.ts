import { describe, expect, it } from 'vitest'

import { blank, differences, fieldsOf, formOf, kindsOf, problemOf, isUnreadable, unitsOf } from '@/form/schema'

const schema = {
  type: 'object',
  required: ['name', 'amount_fen'],
  properties: {
    name: { type: 'string', title: '名称', minLength: 1, maxLength: 30 },
    amount_fen: { type: 'integer', minimum: 100 },
    rate_bps: { type: 'integer', minimum: 0, maximum: 10_000, default: 500 },
    note: { anyOf: [{ type: 'string', maxLength: 200 }, { type: 'null' }], title: '说明' },
    way: { enum: ['A', 'B'], type: 'string' },
  },
}

describe('forms are drawn from the contract', () => {
  const fields = Object.fromEntries(fieldsOf(schema).map((one) => [one.name, one]))

  it('knows what each field is', () => {
    expect(Object.entries(fields).map(([name, one]) => [name, one.kind])).toEqual([
      ['name', 'text'],
      ['amount_fen', 'money'],
      ['rate_bps', 'rate'],
      ['note', 'long'],
      ['way', 'choice'],
    ])
    expect(fields.note?.isNullable).toBe(true)
    expect(fields.name?.label).toBe('名称')
  })

  it('begins with the defaults', () => {
    expect([fields.rate_bps, fields.note, fields.name].map((one) => one && blank(one))).toEqual([500, null, ''])
  })

  it('says what is wrong before it is sent', () => {
    expect(fields.name && problemOf(fields.name, '')).toBe('请填写')
    expect(fields.amount_fen && problemOf(fields.amount_fen, 50)).toBe('不能小于 1')
    expect(fields.rate_bps && problemOf(fields.rate_bps, 10_001)).toBe('不能大于 100')
    expect(fields.note && problemOf(fields.note, null)).toBe('')
  })

  it('finds the real models', () => {
    expect(fieldsOf(formOf('Rejection')).map((one) => one.name)).toEqual(['reason'])
  })
})

describe('what is of several kinds', () => {
  const [how] = fieldsOf({ properties: { how: { oneOf: [{ $ref: '#/components/schemas/RateHow' }, { $ref: '#/components/schemas/FixedHow' }] } } })

  it('begins as the first kind and knows its own fields', () => {
    expect(how?.kind).toBe('variant')
    expect(how && blank(how)).toMatchObject({ kind: 'RATE', rate_bps: 0 })
    expect(how && kindsOf(how).map(({ kind }) => kind)).toEqual(['RATE', 'FIXED'])
  })

  it('says in words what another person changed', () => {
    const fields = fieldsOf(schema)
    const before = { name: '茶', amount_fen: 100, note: null }
    expect(differences(fields, before, { ...before, amount_fen: 250 })).toEqual(['amount_fen：1.00 → 2.50'])
    expect(differences(fields, before, before)).toEqual([])
  })
})

describe('amounts', () => {
  it('that are none are never sent', () => {
    expect(isUnreadable({ rules: [{ how: { rate_bps: Number.NaN } }] })).toBe(true)
    expect(isUnreadable({ rules: [{ how: { rate_bps: 950 } }], note: '' })).toBe(false)
    expect(problemOf({ name: 'fee_fen', label: '', kind: 'money', isRequired: true, isNullable: true, schema: {} }, Number.NaN)).not.toBe('')
  })

  it('are thresholds in the unit of their metric', () => {
    expect(unitsOf({ metric: 'own_sales_fen' })).toEqual({ at_least: 'money', below: 'money' })
    expect(unitsOf({ first: 'LINE_MARGIN', second: 'ORDERS' })).toEqual({ first_at_least: 'rate', second_at_least: 'count' })
    expect(unitsOf(null)).toEqual({})
  })
})
