/** Files in and out of the shop: each is long work on the server, to be followed on the page of jobs. */
import { ElLoading, ElMessage } from 'element-plus'

import { ask, get, post, type Schemas } from '@/api/http'
import { intention } from '@/api/key'
import { show } from '@/form/sheet'
import { ACCEPT, upload } from '@/form/upload'
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
const PRODUCTS = '商品名称,副标题,分类,规格,售价,划线价,成本价,重量（克）,图片,运费模板,库存'
export const IMPORTS: { name: ImportName; title: string; needs: string }[] = [
  { name: 'products', title: '导入商品', needs: 'catalog.edit' },
  { name: 'parcels', title: '批量发货', needs: 'orders.ship' },
]
const MOST_BYTES = 3 * 1024 * 1024
const MOST_PICTURES = 200

/** Ask which days (those given at first) and what file, then go on to the page of jobs. */
export async function exportList(list?: List | MouseEvent, days: { since?: string; until?: string } = {}): Promise<void> {
  const choices = EXPORTS.filter((one) => session.may(one.needs)).map(({ value, name }) => ({ value, name }))
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date())
  const isGiven = typeof list === 'string'
  const isAsked = await show({
    title: '导出',
    form: 'ExportIn',
    fixed: isGiven && WHOLE.includes(list) ? { list, since: today, until: today } : undefined,
    start: { list: isGiven ? list : choices[0]?.value, since: days.since ?? `${today.slice(0, 8)}01`, until: days.until ?? today, sheet: 'xlsx' },
    choices: { list: choices, sheet: [{ value: 'xlsx', name: 'Excel（xlsx）' }, { value: 'csv', name: 'CSV' }] },
    effect: '在后台准备文件，可以离开页面；好了以后在“任务”里下载，保留 7 天。',
    save: (body) => ask(post('/console/exports', { body: body as Schemas['ExportIn'], params: { header: intention() } })),
  })
  if (isAsked) await router.push('/jobs')
}

/** Choose a file, and with products their pictures; the server looks it through first and changes nothing. */
export async function importFile(list: ImportName): Promise<void> {
  const files = await chosen(list === 'products')
  const file = files.find((one) => !one.type.startsWith('image/'))
  if (!files.length) return
  const problem = !file ? '请选择一份表格（CSV 或 xlsx），图片和它一起选。' : file.size > MOST_BYTES ? '文件不能超过 3 MB，请分成几份。' : files.length > MOST_PICTURES + 1 ? `一次最多 ${MOST_PICTURES} 张图片，请分成几份。` : ''
  if (problem || !file) {
    ElMessage.error(problem)
    return
  }
  const header = intention()
  const isTaken = await doing(async () => {
    const pictures = await uploaded(files.filter((one) => one !== file))
    await ask(post('/console/imports', { body: { list, content: await base64(file), pictures }, params: { header } }))
  }, '正在检查，还没有改动任何数据')
  if (isTaken) await router.push('/jobs')
}

/** The addresses of these pictures by their files' names; says how far it is. */
async function uploaded(files: readonly File[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  if (!files.length) return found
  const shown = ElLoading.service({ text: '正在上传图片' })
  try {
    for (const [at, one] of files.entries()) {
      shown.setText(`正在上传图片 ${at + 1} / ${files.length}`)
      found[one.name] = await upload(one)
    }
  } finally {
    shown.close()
  }
  return found
}

/** A file to fill in, with one product of two articles that is right as it stands; Excel opens it. */
export async function productTemplate(): Promise<void> {
  const [categories, templates] = await Promise.all([ask(get('/console/categories')), ask(get('/console/freight-templates'))])
  const quoted = (one: string) => `"${one.replaceAll('"', '""')}"`
  const first = ['示例茶杯', '手工烧制', categories.items[0]?.name ?? '', '白色', '128.00', '168.00', '45.00', '300', '', templates.items[0]?.name ?? '', '100']
  const second = ['示例茶杯', '', '', '青色', '138.00', '', '48.00', '300', '', '', '50']
  const rows = [PRODUCTS.split(','), first, second].map((row) => row.map(quoted).join(','))
  save(`\ufeff${rows.join('\r\n')}\r\n`, '商品导入模板.csv')
}

function save(text: string, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

function chosen(withPictures: boolean): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = withPictures ? `.csv,.xlsx,${ACCEPT}` : '.csv,.xlsx'
    input.multiple = withPictures
    input.onchange = () => resolve([...(input.files ?? [])])
    input.oncancel = () => resolve([])
    input.click()
  })
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return btoa(text)
}
