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
