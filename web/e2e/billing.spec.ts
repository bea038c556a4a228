import { expect, test } from '@playwright/test'
import { monthsFrom, thisMonth } from '../src/shared/when'
import { DESK, audit, listen } from './helpers/watch'
import { asStaff, query, world } from './helpers/world'

const here = world()

interface Unpaid {
  unpaidNotices: { nodes: { billNo: string; amount: string; openAmount: string }[] }
}

test('finance lowers a bill by a note, voids it and issues it anew; what was issued stays to be seen', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: DESK })
  const page = await context.newPage()
  const complaints = listen(page)
  await asStaff(page, here.finance)
  // Of the month billed last, late in a month that one: an earlier bill is not voided before the later ones.
  const text = 'query Unpaid($month: YearMonth!) { unpaidNotices(month: $month, first: 50) { nodes { billNo amount openAmount } } }'
  const unpaid = async (month: string) => (await query<Unpaid>(page, text, { month })).unpaidNotices.nodes
  const thisOne = await unpaid(thisMonth())
  const last = thisOne.length > 0 ? thisOne : await unpaid(monthsFrom(thisMonth(), -1))
  const untouched = last.find(({ amount, openAmount }) => amount === openAmount && BigInt(amount) > 1000n)
  if (!untouched) throw new Error('everything is paid')

  await page.goto(`/admin/bills/${untouched.billNo}`)
  await page.getByLabel('金额（元）').fill('1.00')
  await page.getByLabel('原因', { exact: true }).fill('多计一吨')
  await page.getByRole('button', { name: '申请调减' }).click()
  await expect(page.getByText('已申请调减，待他人批准')).toBeVisible()
  await expect(page.getByRole('region', { name: '减免核销' })).toContainText('多计一吨')
  await expect(page.getByRole('button', { name: /^批准/ })).toHaveCount(0)

  // Who asks for less does not approve it.
  const other = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: DESK })
  const approver = await other.newPage()
  const approverComplaints = listen(approver)
  await asStaff(approver, here.reviewer)
  await approver.goto(`/admin/bills/${untouched.billNo}`)
  await approver.getByRole('button', { name: /^批准/ }).click()
  await expect(approver.getByText(/的调减 ¥1\.00 已批准/)).toBeVisible()
  await expect(approver.getByLabel('调整单')).toContainText('多计一吨')
  await audit(approver, 'a bill with a note')
  expect(approverComplaints).toEqual([])
  await other.close()
  await page.reload()
  await expect(page.getByLabel('调整单')).toContainText('多计一吨')

  await page.getByLabel('作废原因').fill('户号错了')
  await page.getByRole('button', { name: '作废账单' }).click()
  await expect(page.getByText('已作废：户号错了')).toBeVisible()
  await page.getByRole('button', { name: '重新开账' }).click()
  await expect(page.getByText('已重新开账')).toBeVisible()
  await expect(page.getByText('已作废：户号错了')).toBeVisible()

  await page.getByRole('link', { name: '某一天为止知道的这张账单' }).click()
  await expect(page.getByRole('region', { name: '当时的账单' })).toContainText('多计一吨')
  await audit(page, 'a bill as it was known')
  await page.getByLabel('当时所知（到这天为止）').fill('2000-01-01')
  await page.getByLabel('当时所知（到这天为止）').blur()
  await expect(page.getByText('那时还没有任何记录')).toBeVisible()
  await expect(page).toHaveURL(/known\?on=2000-01-01/)

  await page.goto('/admin/billing')
  await page.getByLabel('只开这些户号（可空）').fill(untouched.billNo.split('-')[0] ?? '')
  await page.getByRole('button', { name: '先看结果' }).click()
  await expect(page.getByText('以下是预览，还没有开账。')).toBeVisible()
  await audit(page, 'a run looked at before it is posted')

  // Billed anew above, so that nothing is left to bill; the run is found again after a reload.
  await page.getByLabel(/已核对/).check()
  await page.getByRole('button', { name: '开账', exact: true }).click()
  await expect(page.getByText('开账完成，共处理 1 户。')).toBeVisible()
  await expect(page).toHaveURL(/run=/)
  await page.reload()
  await expect(page.getByText('开账完成，共处理 1 户。')).toBeVisible()
  await expect(page.getByRole('region', { name: '开账记录' }).first()).toContainText('指定 1 户')
  await audit(page, 'a run that has finished')
  expect(complaints).toEqual([])
  await context.close()
})
