/** What may be done with a distributor: the same steps in the list and on the member's own page. */
import { ask, post, put, type Schemas } from '@/api/http'
import { intention } from '@/api/key'
import type { RowAction } from '@/crud/crud'
import { fill } from '@/form/sheet'
import { doing, reason } from '@/parts/ask'
import { levelChoices } from '@/parts/choices'

type Distributor = Schemas['DistributorOut']

const params = (row: Distributor) => ({ path: { member_id: row.member_id } })

function approve(row: Distributor): Promise<boolean> {
  return fill('ApproveIn', '通过申请', {
    effect: `${row.nickname} 马上可以推广，并会收到通知。`,
    save: (body) => ask(post('/console/distributors/{member_id}/approve', { params: params(row), body })),
  })
}

async function reject(row: Distributor): Promise<void> {
  const said = await reason('拒绝申请', `${row.nickname} 会看到这个原因，改好后可以再次申请。`)
  if (said) await doing(() => ask(post('/console/distributors/{member_id}/reject', { params: params(row), body: { reason: said } })), '已拒绝')
}

async function disable(row: Distributor): Promise<void> {
  const said = await reason('停用分销商', `${row.nickname} 暂时不能推广，停用期间的新订单不给佣金；已有的佣金不受影响。`)
  if (said) await doing(() => ask(post('/console/distributors/{member_id}/disable', { params: params(row), body: { reason: said } })), '已停用')
}

async function enable(row: Distributor): Promise<void> {
  const said = await reason('恢复分销商', `${row.nickname} 可以重新推广，从新订单起计佣。`)
  if (said) await doing(() => ask(post('/console/distributors/{member_id}/enable', { params: params(row), body: { reason: said } })), '已恢复')
}

async function remove(row: Distributor): Promise<void> {
  const said = await reason('删除分销商', `${row.nickname} 不再是分销商，新订单不给佣金；历史和钱包都保留。`)
  if (said) await doing(() => ask(post('/console/distributors/{member_id}/delete', { params: params(row), body: { reason: said } })), '已删除')
}

async function changeLevel(row: Distributor): Promise<boolean> {
  return fill('SetLevelIn', '改等级', {
    start: { level_id: row.level_id, is_held: row.is_level_held },
    choices: { level_id: await levelChoices() },
    effect: '从下一笔订单起按新等级计佣；已下的订单按下单时的等级。锁定后不再自动升降。',
    save: (body) => ask(put('/console/distributors/{member_id}/level', { params: params(row), body })),
  })
}

async function release(row: Distributor): Promise<void> {
  const said = await reason('恢复自动升降级', '之后按升级条件自动调整等级。')
  if (said) await doing(() => ask(post('/console/distributors/{member_id}/level/release', { params: params(row), body: { reason: said } })), '已恢复自动升降级')
}

function violate(row: Distributor): Promise<boolean> {
  const header = intention()
  return fill('ViolationIn', '记录违规', {
    effect: '处罚立刻生效，对方会收到“告知内容”。',
    save: (body) => ask(post('/console/distributors/{member_id}/violations', { params: { ...params(row), header }, body })),
  })
}

const isWorking = (row: Distributor): boolean => row.status === 'APPROVED'

export const review: RowAction<Distributor>[] = [
  { name: '通过', needs: 'distributors.audit', when: (row) => row.status === 'PENDING', run: approve },
  { name: '拒绝', needs: 'distributors.audit', tone: 'danger', when: (row) => row.status === 'PENDING', run: reject },
]

export const steps: RowAction<Distributor>[] = [
  ...review,
  { name: '改等级', needs: 'distributors.edit', when: isWorking, run: changeLevel },
  { name: '自动升降级', needs: 'distributors.edit', when: (row) => row.is_level_held && isWorking(row), run: release },
  { name: '记录违规', needs: 'violations.edit', when: isWorking, run: violate },
  { name: '停用', needs: 'distributors.edit', tone: 'danger', when: isWorking, run: disable },
  { name: '恢复', needs: 'distributors.edit', when: (row) => row.status === 'DISABLED', run: enable },
  { name: '删除', needs: 'distributors.edit', tone: 'danger', when: (row) => ['APPROVED', 'DISABLED'].includes(row.status), run: remove },
]
