/** Questions before money or anything that cannot be undone; each names its effect. */
import { ElMessage, ElMessageBox } from 'element-plus'

import { Refusal } from '@/api/http'
import { words } from '@/words'

/** Whether the person agrees to what `effect` names. */
export async function sure(title: string, effect: string): Promise<boolean> {
  const answer = await ElMessageBox.confirm(effect, title, {
    type: 'warning',
    confirmButtonText: words.sure.go,
    cancelButtonText: words.sure.cancel,
  }).catch(() => 'cancel')
  return answer === 'confirm'
}

/** A reason typed by the person, or `null`. */
export async function reason(title: string, effect: string, max = 200): Promise<string | null> {
  const answer = await ElMessageBox.prompt(effect, title, {
    inputType: 'textarea',
    confirmButtonText: words.sure.go,
    cancelButtonText: words.sure.cancel,
    inputValidator: (text: string) => (text?.trim() ? text.trim().length <= max || `最多 ${max} 个字` : '请写明原因'),
  }).catch(() => null)
  return answer === null ? null : String((answer as { value?: string }).value ?? '').trim()
}

/** Do it, say that it is done (if there is something to say), or say what was refused. */
export async function doing(action: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await action()
    if (done) ElMessage.success(done)
    return true
  } catch (failure) {
    if (!(failure instanceof Refusal)) throw failure
    ElMessage.error({ message: `${failure.title}：${failure.detail}`, duration: 6000 })
    return false
  }
}
