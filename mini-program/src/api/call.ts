/**
 * The one way to the server, on both platforms: types from openapi.json, tokens renewed, refusals as values.
 *
 * `call('get', '/shop/orders', { query: { status: 'UNPAID' } })` infers query, path, body and answer.
 */
import { session } from '@/session/session'
import { words } from '@/words/words'
import type { paths } from './schema'

type Method = 'get' | 'post' | 'put' | 'delete'
type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in M]: object } ? P : never
}[keyof paths] &
  string
type Operation<P extends keyof paths, M extends Method> = paths[P] extends { [K in M]: infer O } ? O : never
type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Q : never
type PathOf<O> = O extends { parameters: { path: infer Q } } ? Q : never
type BodyOf<O> = O extends { requestBody?: { content: { 'application/json': infer B } } } ? B : never
type JsonOf<R> = R extends { content: { 'application/json': infer J } } ? J : never
type AnswerOf<O> = O extends { responses: infer R }
  ? JsonOf<R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : never>
  : never

export type Answer<M extends Method, P extends PathsWith<M>> = AnswerOf<Operation<P, M>>

interface Sent<O> {
  query?: QueryOf<O>
  path?: PathOf<O>
  body?: BodyOf<O>
  /** Made and kept before sending, so that a second tap or a retry does nothing twice. */
  key?: string
}

/** What the server said no to, in words for the person; `code` is `NETWORK` when nothing came back. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly fields: Record<string, string> = {},
    readonly facts: Record<string, unknown> = {},
    readonly requestId = '',
  ) {
    super(`${code}: ${detail}`)
  }
}

/** Ask the server. Throws `Refusal`; an expired session is renewed once, an ended one leads to signing in. */
export async function call<M extends Method, P extends PathsWith<M>>(
  method: M,
  path: P,
  sent: Sent<Operation<P, M>> = {},
): Promise<Answer<M, P>> {
  const url = urlOf(path, sent.path as Record<string, unknown>, sent.query as Record<string, unknown>)
  const answer = await asMember(() => send(method, url, sent.body, sent.key))
  return answer.data as Answer<M, P>
}

/** The poster of one of my codes as a data address, since an image of its own cannot show who asks. */
export async function posterPicture(code: string, kind: 'mini' | 'h5'): Promise<string> {
  const url = urlOf('/distributor/codes/{code}/poster', { code }, { kind })
  const answer = await asMember(() => send('get', url, undefined, undefined, false, 'arraybuffer'))
  return `data:image/jpeg;base64,${uni.arrayBufferToBase64(answer.data as ArrayBuffer)}`
}

/** The answer to a request under the session. */
async function asMember(ask: () => Promise<Raw>): Promise<Raw> {
  let used = session.accessToken()
  let answer = await ask()
  if (answer.statusCode === 401) {
    // Another request may have renewed the session, or somebody signed in, while this one was under way.
    if (used && used === session.accessToken()) await session.renew()
    if (session.accessToken() && session.accessToken() !== used) {
      used = session.accessToken()
      answer = await ask()
    }
  }
  // Only the session that was refused ends; somebody may have signed in meanwhile.
  if (answer.statusCode === 401 && used === session.accessToken()) session.end()
  if (answer.statusCode >= 300) throw refusalOf(answer)
  return answer
}

/** Ask without a session: signing in and renewing. */
export async function plainPost(path: PathsWith<'post'>, body: unknown): Promise<unknown> {
  const answer = await send('post', base() + path, body, undefined, true)
  if (answer.statusCode >= 300) throw refusalOf(answer)
  return answer.data
}

/** Where the server is: the H5's own origin, or the address the mini-program was built for. */
export function base(): string {
  return import.meta.env.VITE_API_URL ?? ''
}

function urlOf(path: string, places: Record<string, unknown> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(places[name])))
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`)
  return base() + filled + (pairs.length ? `?${pairs.join('&')}` : '')
}

interface Raw {
  statusCode: number
  data: unknown
}

function send(method: Method, url: string, body: unknown, key?: string, isPlain = false, responseType = 'text'): Promise<Raw> {
  const header: Record<string, string> = { 'content-type': 'application/json', accept: 'application/json, */*' }
  const token = isPlain ? '' : session.accessToken()
  if (token) header.authorization = `Bearer ${token}`
  if (key) header['idempotency-key'] = key
  return new Promise((resolve, reject) => {
    uni.request({
      url,
      method: method.toUpperCase() as 'GET',
      data: body as AnyObject,
      header,
      responseType,
      timeout: 15_000,
      success: ({ statusCode, data }) => resolve({ statusCode, data }),
      fail: () => reject(new Refusal(0, 'NETWORK', words.network.title, words.network.detail)),
    })
  })
}

/** What was asked for as bytes and came back as a refusal: its words, in UTF-8. */
function opened(data: unknown): unknown {
  if (!(data instanceof ArrayBuffer)) return data
  try {
    const text = [...new Uint8Array(data)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
    return JSON.parse(decodeURIComponent(text))
  } catch {
    return undefined
  }
}

function refusalOf({ statusCode, data }: Raw): Refusal {
  const told = opened(data)
  const problem = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>
  const { code, title, detail, fields, request_id, ...facts } = problem
  return new Refusal(
    statusCode,
    String(code ?? 'UNEXPECTED'),
    String(title ?? words.unexpected.title),
    String(detail ?? words.unexpected.detail),
    (fields as Record<string, string>) ?? {},
    facts,
    String(request_id ?? ''),
  )
}
