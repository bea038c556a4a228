import { expect, test, type Page } from '@playwright/test'
import { thisMonth } from '../src/shared/when'
import { enter } from './helpers/desk'
import { audit } from './helpers/watch'
import { world } from './helpers/world'

const here = world()

/** What a link on the page gives, as text. */
async function taken(page: Page, name: string): Promise<string> {
  const href = (await page.getByRole('link', { name, exact: true }).getAttribute('href')) ?? ''
  const answer = await page.request.get(href)
  expect(answer.status(), href).toBe(200)
  return answer.text()
}

test('r32_arrears_and_collections_are_taken_away_as_files_as_they_are_filtered', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.finance)
  await page.goto('/admin/arrears')
  const first = page.locator('tbody tr').first()
  await expect(first).toBeVisible()
  const debtor = (await first.locator('a').first().innerText()).trim()
  expect(await taken(page, '催缴名单（含户主和地址） CSV')).toContain(debtor)
  expect(await taken(page, '账龄 CSV')).toContain('欠费金额')
  await page.getByLabel('欠费不少于（元）').fill('900000000')
  await page.keyboard.press('Enter')
  await expect(page.getByText('没有这样的欠费户。')).toBeVisible()
  expect(await taken(page, '催缴名单（含户主和地址） CSV')).not.toContain(debtor)
  await audit(page, 'arrears with their files')

  await page.goto('/admin/collections')
  await page.getByLabel('从', { exact: true }).fill(`${thisMonth()}-01`)
  expect(await taken(page, '收款统计 CSV')).toContain('净额')
  await audit(page, 'collections with their file')

  await page.goto(`/admin/accounts/${debtor}`)
  await expect(page.getByRole('heading', { name: `户号 ${debtor}` })).toBeVisible()
  expect(await taken(page, '账单明细 CSV')).not.toBe('')
  expect(await taken(page, '用量 CSV')).not.toBe('')
  await leave()
})
