/** What a field learns from the form around it: findings by path, and the unit of thresholds. */
import { computed, type ComputedRef, type InjectionKey, type Ref } from 'vue'

import type { FieldKind } from './schema'

export interface Finding {
  field: string
  reason: string
  mend: string
}

export const FINDINGS: InjectionKey<Ref<Finding[]> | ComputedRef<Finding[]>> = Symbol('findings')
export const NOBODY_FOUND = computed<Finding[]>(() => [])
export const UNITS: InjectionKey<Ref<Record<string, FieldKind>>> = Symbol('units')
