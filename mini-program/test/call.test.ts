import { describe, expect, it } from 'vitest'

import { call, Refusal } from '@/api/call'
import { session } from '@/session/session'
import { platform } from '@platform'
import { world } from './setup'

const me = { member_id: 'ME1', nickname: '小博' }
const signedIn = (n: number) => ({ access_token: `access-${n}`, refresh_token: `refresh-${n}`, member: me })

describe('one way to the server', () => {
  it('fills the path and leaves empty questions out', async () => {
    world.respond = () => ({ statusCode: 200, data: {} })
    await call('get', '/shop/orders/{order_id}', { path: { order_id: 'OR 1' } })
    await call('get', '/shop/products', { query: { limit: 20, category_id: undefined } })
    expect(world.requests.map((one) => one.url)).toEqual(['/shop/orders/OR%201', '/shop/products?limit=20'])
  })

  it('renews an expired session once for all who wait, and asks again', async () => {
    session.begin(signedIn(1) as never)
    world.respond = ({ url, header }) => {
      if (url === '/shop/sign-in/refresh') return { statusCode: 200, data: signedIn(2) }
      return header.authorization === 'Bearer access-2' ? { statusCode: 200, data: {} } : { statusCode: 401, data: {} }
    }
    await Promise.all([call('get', '/shop/me'), call('get', '/shop/wallet'), call('get', '/shop/inbox')])
    expect(world.requests.filter((one) => one.url.endsWith('refresh'))).toHaveLength(1)
    expect(session.accessToken()).toBe('access-2')
  })

  it('ends a session that cannot be renewed', async () => {
    session.begin(signedIn(1) as never)
    Object.assign(uni, { login: ({ fail }: { fail: (problem: object) => void }) => fail({ errMsg: 'login:fail' }) })
    world.respond = () => ({ statusCode: 401, data: { code: 'UNAUTHORIZED', title: '请先登录', detail: '请先登录。' } })
    await expect(call('get', '/shop/me')).rejects.toMatchObject({ status: 401, detail: '请先登录。' })
    expect(session.isSignedIn.value).toBe(false)
  })

  it.runIf(platform.name === 'mp-weixin').each([
    ['ME1', true],
    ['ME2', false],
  ])('asks WeChat who is here when the session cannot be renewed: %s goes on: %s', async (member_id, goesOn) => {
    session.begin(signedIn(1) as never)
    Object.assign(uni, { login: ({ success }: { success: (given: { code: string }) => void }) => success({ code: 'from-wechat' }) })
    world.respond = ({ url, header, data }) => {
      if (url === '/shop/sign-in/mini-program' && (data as { code: string }).code === 'from-wechat')
        return { statusCode: 200, data: { ...signedIn(2), member: { member_id } } }
      return header.authorization === 'Bearer access-2' ? { statusCode: 200, data: {} } : { statusCode: 401, data: {} }
    }
    const asked = call('get', '/shop/me')
    await (goesOn ? asked : expect(asked).rejects.toMatchObject({ status: 401 }))
    expect(session.isSignedIn.value).toBe(goesOn)
  })

  it('gives a refusal in words with its fields and facts', async () => {
    world.respond = () => ({
      statusCode: 422,
      data: { code: 'INVALID', title: '请检查', detail: '数量不对', fields: { quantity: '至少一件' }, quote: { total_fen: 1 } },
    })
    const problem = await call('get', '/shop/cart').catch((failure: unknown) => failure)
    expect(problem).toBeInstanceOf(Refusal)
    expect(problem).toMatchObject({ code: 'INVALID', fields: { quantity: '至少一件' }, facts: { quote: { total_fen: 1 } } })
  })

  it('says so when there is no network', async () => {
    await expect(call('get', '/shop/cart')).rejects.toMatchObject({ code: 'NETWORK', title: '网络不太好' })
  })
})
