/** The one way to the server: types from openapi.json, tokens renewed once for all who wait, refusals as values. */
import createClient, { type Middleware } from 'openapi-fetch'

import { session } from '@/session/session'
import { words } from '@/words'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

/** What the server said no to, in words for the person. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly fields: Record<string, string> = {},
    readonly facts: Record<string, unknown> = {},
  ) {
    super(`${code}: ${detail}`)
  }
}

const base = import.meta.env.VITE_API_URL ?? ''
const tries = new WeakMap<Request, Request>()

const auth: Middleware = {
  onRequest({ request }) {
    const token = session.accessToken()
    if (token) request.headers.set('authorization', `Bearer ${token}`)
    tries.set(request, request.clone())
    return request
  },
  async onResponse({ request, response }) {
    const again = tries.get(request)
    if (response.status !== 401 || !again || !session.hasRefreshToken()) return response
    await session.renew(renew)
    again.headers.set('authorization', `Bearer ${session.accessToken()}`)
    const second = await fetch(again)
    if (second.status === 401) session.end()
    return second
  },
}

const client = createClient<paths>({ baseUrl: base })
client.use(auth)

async function renew(refreshToken: string): Promise<Schemas['StaffSignedInOut']> {
  const answer = await fetch(`${base}/console/sign-in/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: refreshToken }),
  })
  if (!answer.ok) throw new Refusal(answer.status, 'SESSION_ENDED', words.session.ended, words.session.again)
  return answer.json()
}

interface Answered<T> {
  data?: T
  error?: unknown
  response: Response
}

/** The answer's content. Throws `Refusal`, also when nothing came back. */
export async function ask<T>(asking: Promise<Answered<T>>): Promise<T> {
  let answer: Answered<T>
  try {
    answer = await asking
  } catch (failure) {
    if (failure instanceof Refusal) throw failure
    throw new Refusal(0, 'NETWORK', words.network.title, words.network.detail)
  }
  if (answer.response.ok) return answer.data as T
  const { code, title, detail, fields, ...facts } = (answer.error ?? {}) as Record<string, unknown>
  throw new Refusal(
    answer.response.status,
    String(code ?? 'UNEXPECTED'),
    String(title ?? words.unexpected.title),
    String(detail ?? words.unexpected.detail),
    (fields as Record<string, string>) ?? {},
    facts,
  )
}

export const { GET: get, POST: post, PUT: put, DELETE: del } = client
