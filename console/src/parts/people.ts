/** Who did something: names of staff by their ids, read once; who may not read them sees the ids' ends. */
import { reactive } from 'vue'

import { ask, get } from '@/api/http'
import { session } from '@/session/session'

const names = reactive<Record<string, string>>({})
let isAsked = false
const STAFF = /^ST/
const BY_ITSELF: Record<string, string> = { wechat: '微信', member: '会员本人', buyer: '买家' }

export function staffName(id: string | null | undefined): string {
  if (!id) return ''
  if (/^ME/.test(id)) return '会员本人'
  if (!STAFF.test(id)) return BY_ITSELF[id] ?? '系统'
  const me = session.me.value
  if (id === me?.staff_id) return me.name
  if (!isAsked && session.may('staff.read')) {
    isAsked = true
    void ask(get('/console/staff')).then(({ items }) => items.forEach((one) => (names[one.staff_id] = one.name)))
  }
  return names[id] ?? `员工 ${id.slice(-4)}`
}
