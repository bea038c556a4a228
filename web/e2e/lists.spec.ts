import { expect, test, type Browser } from '@playwright/test'
import { DESK, audit, listen } from './helpers/watch'
import { asStaff, world, type Staff } from './helpers/world'

const here = world()

async function enter(browser: Browser, who: Staff) {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: DESK })
  const page = await context.newPage()
  const complaints = listen(page)
  await asStaff(page, who)
  return { context, page, complaints }
}

test('a list shows the columns somebody chose, for them alone and the next time, too', async ({ browser }) => {
  const { context, page, complaints } = await enter(browser, here.reviewer)
  const head = (name: string) => page.getByRole('columnheader', { name, exact: true })
  await page.goto('/admin/meters')
  await expect(head('抄表册')).toBeVisible()
  await page.getByText('列（9/9）').click()
  await expect(page.getByRole('checkbox', { name: '表号', exact: true }), 'the first column stays').toHaveCount(0)
  await page.getByRole('checkbox', { name: '抄表册' }).uncheck()
  await page.getByRole('checkbox', { name: '校区' }).uncheck()
  await expect(head('抄表册')).toHaveCount(0)
  await expect(page.locator('tbody tr').first().getByRole('cell')).toHaveCount(7)
  await audit(page, 'columns chosen')
  await page.reload()
  await expect(head('表号')).toBeVisible()
  await expect(head('校区')).toHaveCount(0)

  await page.goto('/admin/books')
  await expect(page.getByText(/列（(\d)\/\1）/), 'of this list alone').toBeVisible()
  await asStaff(page, here.auditor)
  await page.goto('/admin/meters')
  await expect(head('校区'), 'somebody else sees them all').toBeVisible()
  await asStaff(page, here.reviewer)
  await page.goto('/admin/meters')
  await page.getByText('列（7/9）').click()
  await page.getByRole('button', { name: '全部显示' }).click()
  await expect(head('抄表册')).toBeVisible()
  expect(complaints).toEqual([])
  await context.close()
})

test('a list that comes in one piece is put in order by its columns, in its address', async ({ browser }) => {
  const { context, page, complaints } = await enter(browser, here.reviewer)
  await page.goto('/admin/books')
  const firsts = () => page.locator('tbody tr td:first-child').allInnerTexts()
  const head = page.getByRole('columnheader').first()
  await expect(page.locator('tbody tr').nth(1)).toBeVisible()
  const given = await firsts()
  await head.getByRole('button').click()
  await expect(head).toHaveAttribute('aria-sort', 'ascending')
  const up = await firsts()
  expect(up).toEqual([...given].sort(new Intl.Collator('zh-CN', { numeric: true }).compare))
  await head.getByRole('button').click()
  await expect(head).toHaveAttribute('aria-sort', 'descending')
  await expect(page).toHaveURL(/order=-/)
  await audit(page, 'rows in order')
  await page.reload()
  await expect.poll(firsts).toEqual([...up].reverse())
  await page.goto('/admin/meters')
  await expect(page.getByRole('columnheader').first().getByRole('button'), 'one page of many has no order of its own').toHaveCount(0)
  expect(complaints).toEqual([])
  await context.close()
})
