import { chmodSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from '@playwright/test'

/** The site's name at the account; the browser never goes there. */
const SITE = 'https://water.test'
const VENDOR = 'https://open.weixin.qq.com'

/** The official account as the server asks it: a code `person.number` stands for that person, once. */
function answer(url: URL, used: Set<string>): object {
  const code = url.searchParams.get('code') ?? ''
  if (url.pathname !== '/sns/oauth2/access_token') return { errcode: 48001, errmsg: 'nobody calls that' }
  if (used.has(code)) return { errcode: 40163, errmsg: 'code been used' }
  used.add(code)
  const [openid] = code.split('.')
  return { access_token: 'a', expires_in: 7200, openid, scope: 'snsapi_base', ...(openid === 'snapshot' && { is_snapshotuser: 1 }) }
}

export interface Account {
  server: Server
  /** What the product's server has to be told to know it. */
  settings: Record<string, string>
}

export async function openAccount(dataDir: string): Promise<Account> {
  const used = new Set<string>()
  const server = createServer((asked, answered) => {
    answered.setHeader('content-type', 'application/json')
    answered.end(JSON.stringify(answer(new URL(asked.url ?? '/', SITE), used)))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const secret = join(dataDir, 'account.secret')
  writeFileSync(secret, 'testonly')
  chmodSync(secret, 0o600)
  const settings = {
    CHAOBIAO_WECHAT__BASE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    CHAOBIAO_WECHAT__AUTHORIZE_URL: VENDOR,
    CHAOBIAO_WECHAT__APP_ID: 'wx5823bf96d3bd56c7',
    CHAOBIAO_WECHAT__APP_SECRET_FILE: secret,
    CHAOBIAO_WECHAT__CALLBACK_TOKEN_FILE: secret,
    CHAOBIAO_WECHAT__PUBLIC_URL: SITE,
  }
  return { server, settings }
}

let comings = 0

/** On the vendor's page that person agrees at once, and the browser comes back with a code. */
export async function agreesAs(page: Page, baseUrl: string, person: string): Promise<void> {
  await page.unroute(`${VENDOR}/**`)
  await page.route(`${VENDOR}/**`, async (route) => {
    comings += 1
    const asked = new URL(route.request().url()).searchParams
    const back = new URL((asked.get('redirect_uri') ?? '').replace(SITE, baseUrl))
    back.searchParams.set('code', `${person}.${comings}`)
    back.searchParams.set('state', asked.get('state') ?? '')
    const body = `<script>location.replace(${JSON.stringify(back.href)})</script>`
    await route.fulfill({ contentType: 'text/html', body })
  })
}
