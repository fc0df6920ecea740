/** Files in and out of the shop: each is long work on the server, to be followed on the page of jobs. */
import { ElMessage } from 'element-plus'

import { ask, post, type Schemas } from '@/api/http'
import { intention } from '@/api/key'
import { show } from '@/form/sheet'
import { router } from '@/router'
import { session } from '@/session/session'
import { doing } from './ask'

type List = Schemas['ExportIn']['list']
type ImportName = Schemas['ImportIn']['list']
const EXPORTS: { value: List; name: string; needs: string }[] = [
  { value: 'orders', name: '订单', needs: 'orders.read' },
  { value: 'refunds', name: '售后', needs: 'refunds.read' },
  { value: 'members', name: '会员', needs: 'members.read' },
  { value: 'distributors', name: '分销商（全部）', needs: 'distributors.read' },
  { value: 'commissions', name: '佣金', needs: 'commissions.read' },
  { value: 'withdrawals', name: '提现', needs: 'withdrawals.read' },
  { value: 'journal', name: '账目', needs: 'wallet.read' },
  { value: 'audit', name: '操作记录', needs: 'audit.read' },
]
/** Written whole: no days are asked for. */
const WHOLE: List[] = ['distributors']
export const IMPORTS: { name: ImportName; title: string; needs: string; header: string }[] = [
  { name: 'products', title: '导入商品', needs: 'catalog.edit', header: '商品名称,副标题,分类,规格,售价,划线价,成本价,重量（克）' },
  { name: 'parcels', title: '批量发货', needs: 'orders.ship', header: '订单号,快递公司,快递单号' },
]
const MOST_BYTES = 3 * 1024 * 1024

/** Ask which days and what file, then go on to the page of jobs. */
export async function exportList(list?: List | MouseEvent): Promise<void> {
  const choices = EXPORTS.filter((one) => session.may(one.needs)).map(({ value, name }) => ({ value, name }))
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date())
  const isGiven = typeof list === 'string'
  const isAsked = await show({
    title: '导出',
    form: 'ExportIn',
    fixed: isGiven && WHOLE.includes(list) ? { list, since: today, until: today } : undefined,
    start: { list: isGiven ? list : choices[0]?.value, since: `${today.slice(0, 8)}01`, until: today, sheet: 'xlsx' },
    choices: { list: choices, sheet: [{ value: 'xlsx', name: 'Excel（xlsx）' }, { value: 'csv', name: 'CSV' }] },
    effect: '在后台准备文件，可以离开页面；好了以后在“任务”里下载，保留 7 天。',
    save: (body) => ask(post('/console/exports', { body: body as Schemas['ExportIn'], params: { header: intention() } })),
  })
  if (isAsked) await router.push('/jobs')
}

/** Choose a file; the server looks it through first and changes nothing. */
export async function importFile(list: ImportName): Promise<void> {
  const file = await chosen()
  if (!file) return
  if (file.size > MOST_BYTES) {
    ElMessage.error('文件不能超过 3 MB，请分成几份。')
    return
  }
  const body = { list, content: await base64(file) }
  const header = intention()
  const isTaken = await doing(() => ask(post('/console/imports', { body, params: { header } })), '正在检查，还没有改动任何数据')
  if (isTaken) await router.push('/jobs')
}

function chosen(): Promise<File | undefined> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = '.csv,.xlsx'
    input.onchange = () => resolve(input.files?.[0])
    input.oncancel = () => resolve(undefined)
    input.click()
  })
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
