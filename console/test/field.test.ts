import { mount } from '@vue/test-utils'
import ElementPlus from 'element-plus'
import { describe, expect, it } from 'vitest'

import FormField from '@/form/FormField.vue'
import type { Field } from '@/form/schema'

const field: Field = { name: 'price_fen', label: '价格', kind: 'money', isRequired: true, isNullable: false, schema: { type: 'integer' } }

describe('an amount', () => {
  const typing = async (text: string) => {
    const seen: unknown[] = []
    const page = mount(FormField, { props: { field, modelValue: 1000, 'onUpdate:modelValue': (value: unknown) => void seen.push(value) }, global: { plugins: [ElementPlus] } })
    const input = page.find('input')
    for (let at = 1; at <= text.length; at += 1) {
      input.element.value = text.slice(0, at)
      await input.trigger('input')
    }
    const shown = input.element.value
    await input.trigger('change')
    return { shown, kept: seen.at(-1) }
  }

  it('stays as it is typed, and is kept in fen', async () => {
    expect(await typing('12.34')).toEqual({ shown: '12.34', kept: 1234 })
  })

  it('that is none is not taken for the one before', async () => {
    expect((await typing('12.345')).kept).toBeNaN()
  })
})
