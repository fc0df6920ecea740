import { beforeEach, describe, expect, it } from 'vitest'

import { call } from '@/api/call'
import { invitationIsTold, invitationToTell, keepInvitation, keepScanned, shareCode } from '@/session/invitation'
import { session } from '@/session/session'
import { follow } from '@/session/scanned'
import { opened, world } from './setup'

const signedIn = { access_token: 'access', refresh_token: 'refresh', member: { member_id: 'ME1', nickname: '小博' } }

describe('the code by which somebody came (I2, I3)', () => {
  it('is kept until it is told, and named by orders for a week', () => {
    expect(keepInvitation({ scene: 'i=A1B2C3D4&p=x' })).toBe(true)
    expect(invitationToTell()).toMatchObject({ code: 'A1B2C3D4', scan: { scene: 'i=A1B2C3D4&p=x', source: 'MINI_CODE' } })
    invitationIsTold()
    expect(invitationToTell()).toBeNull()
    expect(shareCode()).toBe('A1B2C3D4')
  })

  it('is not told twice when the page is opened again; the newest wins; a scan counts each time', () => {
    keepInvitation({ inviteCode: 'AAAAAAAA' })
    invitationIsTold()
    expect(keepInvitation({ inviteCode: 'AAAAAAAA' })).toBe(false)
    expect(invitationToTell()).toBeNull()
    expect(keepScanned({ inviteCode: 'AAAAAAAA' })).toBe(true)
    expect(invitationToTell()?.code).toBe('AAAAAAAA')
    keepInvitation({ inviteCode: 'BBBBBBBB' })
    expect(shareCode()).toBe('BBBBBBBB')
  })

  it('is nothing where there is none', () => {
    expect(keepInvitation({})).toBe(false)
    expect(keepInvitation({ scene: 'x=1' })).toBe(false)
    expect(shareCode()).toBeNull()
  })
})

describe('a scanned code leads on', () => {
  beforeEach(() => session.end())

  it('a link of ours opens its page and keeps its inviter', async () => {
    world.respond = () => ({ statusCode: 200, data: { is_good: true, product_id: null, inviter: { nickname: '阿芳' } } })
    await follow('http://shop.example/h5/?inv=A1B2C3D4#/pages/product/detail?id=PR1')
    expect(opened).toEqual(['/pages/product/detail?id=PR1'])
    expect(shareCode()).toBe('A1B2C3D4')
    expect(world.requests.map((one) => one.url)).toEqual(['/shop/invites/A1B2C3D4'])
    expect(world.toasts.join()).toContain('阿芳')
  })

  it('a mini-program code is told by whoever is signed in, and opens its product', async () => {
    session.begin(signedIn as never)
    world.respond = () => ({ statusCode: 200, data: { says: '已绑定', product_id: 'PR9' } })
    await follow(`pages/index/index?scene=${encodeURIComponent('i=A1B2C3D4')}`)
    expect(world.requests[0]?.data).toEqual({ scene: 'i=A1B2C3D4', source: 'MINI_CODE' })
    expect(opened).toEqual(['/pages/index/index', '/pages/product/detail?id=PR9'])
  })

  it('another text is refused kindly', async () => {
    await follow('https://elsewhere.example/')
    expect(opened).toEqual([])
    expect(world.toasts).toHaveLength(1)
  })
})

it('a request that was under way while somebody signed in is asked again as them', async () => {
  session.end()
  world.respond = ({ header }) => {
    if (header.authorization) return { statusCode: 200, data: { items: [] } }
    session.begin(signedIn as never)
    return { statusCode: 401, data: {} }
  }
  await call('get', '/shop/me/addresses')
  expect(session.isSignedIn.value).toBe(true)
})

it('without a network an expired session is not thrown away', async () => {
  session.begin(signedIn as never)
  world.respond = ({ url }) => (url.endsWith('refresh') ? 'no network' : { statusCode: 401, data: {} })
  await expect(call('get', '/shop/me')).rejects.toMatchObject({ code: 'NETWORK' })
  expect(session.isSignedIn.value).toBe(true)
})
