import type { TypedDocumentString } from '@/gql/graphql'
import { withFragments } from './queryText'

const PATIENCE_MS = 20_000

export type FaultKind = 'network' | 'unauthenticated' | 'forbidden' | 'fault'

/** Anything but a business refusal: those come back inside a payload's `userErrors`. */
export class RequestFault extends Error {
  readonly kind: FaultKind
  readonly code: string
  /** The number under which the log has its cause. */
  readonly detail: string | undefined

  constructor(kind: FaultKind, code: string, message: string, detail?: string) {
    super(message)
    this.name = 'RequestFault'
    this.kind = kind
    this.code = code
    this.detail = detail
  }
}

interface ServerError {
  message: string
  extensions?: { code?: string; requestId?: string }
}

interface Answer<Result> {
  data?: Result | null
  errors?: ServerError[]
}

let sessionEnded: () => void = () => undefined

/** Called when any request learns that nobody is logged in any more. */
export function whenSessionEnds(callback: () => void): void {
  sessionEnded = callback
}

function unreachable(): RequestFault {
  return new RequestFault('network', 'NETWORK', '网络不通，请检查网络后重试。')
}

function faultOf(error: ServerError): RequestFault {
  const code = error.extensions?.code ?? 'UNKNOWN'
  if (code === 'UNAUTHENTICATED') {
    return new RequestFault('unauthenticated', code, '登录已过期，请重新登录。')
  }
  if (code === 'FORBIDDEN') return new RequestFault('forbidden', code, '您没有此项操作的权限。')
  if (code === 'INTERNAL_SERVER_ERROR') {
    return new RequestFault('fault', code, '系统出错了，请稍后再试。', error.extensions?.requestId)
  }
  return new RequestFault('fault', code, error.message)
}

/** `fetch` with the header that keeps other sites from posting in the user's name, and a limit. */
export async function send(path: string, body: BodyInit, headers: HeadersInit): Promise<Response> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), PATIENCE_MS)
  try {
    return await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'X-Requested-With': 'chaobiao', ...headers },
      body,
      signal: limit.signal,
    })
  } catch {
    throw unreachable()
  } finally {
    clearTimeout(timer)
  }
}

export async function request<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await send('/graphql', JSON.stringify({ query: withFragments(String(document)), variables }), {
    Accept: 'application/graphql-response+json, application/json;q=0.9',
    'Content-Type': 'application/json',
  })
  let answer: Answer<Result>
  try {
    answer = (await response.json()) as Answer<Result>
  } catch {
    throw new RequestFault('fault', 'UNREADABLE_ANSWER', '系统暂时无法处理，请稍后再试。')
  }
  const [error] = answer.errors ?? []
  if (error) {
    const fault = faultOf(error)
    if (fault.kind === 'unauthenticated') sessionEnded()
    throw fault
  }
  if (!answer.data) {
    throw new RequestFault('fault', 'UNREADABLE_ANSWER', '系统暂时无法处理，请稍后再试。')
  }
  return answer.data
}
