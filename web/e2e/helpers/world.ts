import { existsSync, readFileSync, statSync } from 'node:fs'
import { expect, test, type Cookie, type Page } from '@playwright/test'

export interface Staff {
  login: string
  password: string
}

/** Where the server under test is, and who may log in there. */
export interface World {
  baseUrl: string
  /** Its program, and where it keeps what it has: for the command line beside it. */
  program: string
  dataDir: string
  /** Messages the server would send: one JSON object a line. */
  outbox: string
  /** A resident with a bound account and a water meter to read. */
  residentPhone: string
  /** The energy manager of an organisation, with several accounts. */
  clerkPhone: string
  reviewer: Staff
  cashier: Staff
  finance: Staff
  auditor: Staff
  reader: Staff
  technician: Staff
  admin: Staff
  /** Approves what the first proposes of roles. */
  secondAdmin: Staff
}

/** Asks the server as whoever is logged in on that page. */
export async function query<Data>(page: Page, text: string, variables: object): Promise<Data> {
  const headers = { 'X-Requested-With': 'chaobiao' }
  const response = await page.request.post('/graphql', { headers, data: { query: text, variables } })
  return ((await response.json()) as { data: Data }).data
}

interface Answer {
  data: Record<string, { userErrors: { message: string }[] }>
}

async function ask(page: Page, query: string, input: object): Promise<void> {
  const headers = { 'X-Requested-With': 'chaobiao' }
  const response = await page.request.post('/graphql', { headers, data: { query, variables: { input } } })
  const { data } = (await response.json()) as Answer
  expect(Object.values(data).flatMap(({ userErrors }) => userErrors)).toEqual([])
}

/** Logs in without the page; the login page has tests of its own. */
export async function asStaff(page: Page, input: Staff): Promise<void> {
  await ask(page, 'mutation E2eStaff($input: StaffLoginInput!) { staffLogin(input: $input) { userErrors { message } } }', input)
}

const sessions = new Map<string, Cookie[]>()

/** Once for all tests: a phone is not sent one code right after another. */
export async function asCustomer(page: Page, { outbox }: World, phone: string): Promise<void> {
  const kept = sessions.get(phone)
  if (kept) return page.context().addCookies(kept)
  const from = outboxSize(outbox)
  const wanted = 'mutation E2eCode($input: RequestPhoneCodeInput!) { requestPhoneCode(input: $input) { userErrors { message } } }'
  // A test before this one that failed may just have had a code sent.
  await expect(async () => ask(page, wanted, { phone })).toPass({ timeout: 70_000, intervals: [5000] })
  await expect.poll(() => codeIn(outbox, from, phone)).not.toBeNull()
  const code = codeIn(outbox, from, phone) ?? ''
  await ask(page, 'mutation E2eLogin($input: CustomerLoginInput!) { customerLogin(input: $input) { userErrors { message } } }', { phone, code })
  sessions.set(phone, await page.context().cookies())
}

export function world(): World {
  const text = process.env.CHAOBIAO_E2E_WORLD
  if (!text) throw new Error('CHAOBIAO_E2E_WORLD is not set; e2e/helpers/server.ts sets it')
  return JSON.parse(text) as World
}

function outboxSize(outbox: string): number {
  return existsSync(outbox) ? statSync(outbox).size : 0
}

function codeIn(outbox: string, from: number, phone: string): string | null {
  if (!existsSync(outbox)) return null
  const lines = readFileSync(outbox).subarray(from).toString('utf8').split('\n')
  const line = lines.filter((line) => line.includes(phone)).at(-1)
  if (!line) return null
  // Only the text: ids and hashes beside it have runs of six digits, too.
  const { message } = JSON.parse(line) as { message: { text: { $personal: { value: string } } } }
  return /\d{6}/.exec(message.text.$personal.value)?.[0] ?? null
}

/** Asks for a code on the login page and reads it as the phone's owner would. */
export async function receiveCode(page: Page, { outbox }: World, phone: string): Promise<string> {
  // One code a minute for a phone: another test may just have asked for one.
  if (codeIn(outbox, 0, phone)) {
    test.setTimeout(test.info().timeout + 62_000)
    const passed = Date.now() - statSync(outbox).mtimeMs
    await page.waitForTimeout(Math.max(0, 61_000 - passed))
  }
  const from = outboxSize(outbox)
  await page.getByRole('button', { name: '获取验证码' }).click()
  await expect(page.getByText('验证码已发送')).toBeVisible()
  await expect.poll(() => codeIn(outbox, from, phone), { message: 'a code for the phone' }).not.toBeNull()
  return codeIn(outbox, from, phone) ?? ''
}

/** A picture of a dial showing `digits`, drawn by the browser itself. */
export async function dialPhoto(page: Page, digits: string): Promise<Buffer> {
  const url = await page.evaluate((shown) => {
    const canvas = document.createElement('canvas')
    canvas.width = 2400
    canvas.height = 1800
    const pen = canvas.getContext('2d')
    if (!pen) throw new Error('no canvas')
    pen.fillStyle = '#5b666b'
    pen.fillRect(0, 0, 2400, 1800)
    pen.fillStyle = '#e9e9e4'
    pen.beginPath()
    pen.arc(1200, 900, 760, 0, 7)
    pen.fill()
    pen.fillStyle = '#111'
    pen.fillRect(620, 700, 1160, 260)
    pen.fillStyle = '#fff'
    pen.font = '200px monospace'
    pen.fillText(shown.padStart(8, '0'), 680, 900)
    return canvas.toDataURL('image/png')
  }, digits)
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64')
}

/** An account with something to pay: that one, if it owes anything, else the one longest in debt. */
export async function owing(page: Page, accountNo: string): Promise<string> {
  const query = `query Owing($no: String!) {
    account(accountNo: $no) { openAmount }
    unpaidNotices(first: 1) { nodes { accountNo } }
  }`
  const response = await page.request.post('/graphql', {
    headers: { 'X-Requested-With': 'chaobiao' },
    data: { query, variables: { no: accountNo } },
  })
  const { data } = (await response.json()) as {
    data: { account: { openAmount: string }; unpaidNotices: { nodes: { accountNo: string }[] } }
  }
  const [longest] = data.unpaidNotices.nodes
  return data.account.openAmount === '0' && longest ? longest.accountNo : accountNo
}
