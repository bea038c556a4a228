import { expect, type Browser, type Page } from '@playwright/test'
import { DESK, listen } from './watch'
import { asStaff, query, world, type Staff } from './world'

/** Somebody at a desk; when they leave, nothing may have been complained of. */
export async function enter(browser: Browser, who: Staff) {
  const context = await browser.newContext({ baseURL: world().baseUrl, locale: 'zh-CN', viewport: DESK })
  const page = await context.newPage()
  const complaints = listen(page)
  await asStaff(page, who)
  return { page, leave: async () => (expect(complaints).toEqual([]), context.close()) }
}

export const section = (page: Page, name: string) => page.getByRole('region', { name, exact: true })

interface Payload {
  userErrors: { message: string }[]
}

/** What somebody does whose pages are not what a test is about. */
export async function does(page: Page, mutation: string, type: string, input: object): Promise<void> {
  const text = `mutation E2e($input: ${type}!) { ${mutation}(input: $input) { userErrors { message } } }`
  const idempotencyKey = `e2e-${mutation}-${Date.now()}`
  const answer = await query<Record<string, Payload>>(page, text, { input: { ...input, idempotencyKey } })
  expect(answer[mutation]?.userErrors).toEqual([])
}

interface Hired {
  hireStaff: { initialPassword: string | null; userErrors: { message: string }[] }
}

interface Newcomer {
  login: string
  roles: readonly string[]
  campusId?: string
}

/** Somebody who has signed in for the first time and chosen a password; `page` is an administrator's. */
export async function hire(browser: Browser, page: Page, newcomer: Newcomer): Promise<Staff> {
  const { login } = newcomer
  const text = 'mutation E2eHire($input: HireStaffInput!) { hireStaff(input: $input) { initialPassword userErrors { message } } }'
  const input = { idempotencyKey: `e2e-hire-${login}`, name: login, department: '用能管理科', position: '职员', ...newcomer }
  const { hireStaff } = await query<Hired>(page, text, { input })
  expect(hireStaff.userErrors).toEqual([])
  const initial = { login, password: hireStaff.initialPassword ?? '' }
  const desk = await enter(browser, initial)
  const password = `${Date.now().toString(36)}-Bamboo-river-82`
  const change = 'mutation E2ePassword($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { message } } }'
  const changed = await query<{ changePassword: { userErrors: object[] } }>(desk.page, change, {
    input: { currentPassword: initial.password, newPassword: password },
  })
  expect(changed.changePassword.userErrors).toEqual([])
  await desk.leave()
  return { login, password }
}
