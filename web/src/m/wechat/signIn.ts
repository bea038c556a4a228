import { graphql } from '@/gql'
import { request } from '@/shared/gqlFetch'
import { freshKey } from '@/shared/idempotency'
import type { Refusal } from '@/shared/refusal'

const BEGIN = graphql(`
  mutation BeginWechatLogin {
    beginWechatLogin {
      url
      pass
      userErrors {
        code
        message
        field
      }
    }
  }
`)

const LOGIN = graphql(`
  mutation LoginWithWechat($input: LoginWithWechatInput!) {
    loginWithWechat(input: $input) {
      viewer {
        kind
      }
      linkPass
      userErrors {
        code
        message
        field
      }
    }
  }
`)

const LINK = graphql(`
  mutation LinkWechat($input: LinkWechatInput!) {
    linkWechat(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

/** Kept while the browser is at WeChat: only who has left from here comes back to here. */
const BEGUN = 'chaobiao.wechat.begun'
/** What ties the WeChat id just proved to whoever signs in next. */
const PROVED = 'chaobiao.wechat.proved'

function take(key: string): string | null {
  const value = sessionStorage.getItem(key)
  sessionStorage.removeItem(key)
  return value
}

/** Whether somebody has come in from WeChat whose WeChat id is not linked yet. */
export function isProved(): boolean {
  return sessionStorage.getItem(PROVED) !== null
}

/** Leaves for WeChat; answers only when it may not. */
export async function leaveForWechat(): Promise<readonly Refusal[]> {
  const { url, pass, userErrors } = (await request(BEGIN, {})).beginWechatLogin
  if (!url || !pass) return userErrors
  sessionStorage.setItem(BEGUN, pass)
  location.assign(url)
  return []
}

export type Arrival = { kind: 'signedIn' | 'proved' | 'stale' } | { kind: 'refused'; refusals: readonly Refusal[] }

/** Comes back from WeChat with what stands in the address. A page opened again has come before. */
export async function arrive(code: string, state: string): Promise<Arrival> {
  const pass = take(BEGUN)
  if (!pass || !code || !state) return { kind: 'stale' }
  const { viewer, linkPass, userErrors } = (await request(LOGIN, { input: { code, state, pass } })).loginWithWechat
  if (viewer) return { kind: 'signedIn' }
  if (!linkPass) return { kind: 'refused', refusals: userErrors }
  sessionStorage.setItem(PROVED, linkPass)
  return { kind: 'proved' }
}

/** Links the WeChat id just proved to whoever is signed in now; once, whatever comes of it. */
export async function linkProved(): Promise<readonly Refusal[]> {
  const linkPass = take(PROVED)
  if (!linkPass) return []
  const input = { linkPass, idempotencyKey: freshKey() }
  return (await request(LINK, { input })).linkWechat.userErrors
}
