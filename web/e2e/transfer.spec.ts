import { expect, test } from '@playwright/test'
import { DESK, PHONE, audit, listen } from './helpers/watch'
import { asCustomer, asStaff, dialPhoto, world } from './helpers/world'

const here = world()

test('r28_e4: a transfer shown on the phone is matched with the bank and booked', async ({ browser }) => {
  const options = { baseURL: here.baseUrl, locale: 'zh-CN' }
  const phone = await browser.newContext({ ...options, viewport: PHONE })
  const desk = await browser.newContext({ ...options, viewport: DESK })
  const customer = await phone.newPage()
  const finance = await desk.newPage()
  const complaints = [listen(customer), listen(finance)]
  // An amount no other line has, so that it is found by it.
  const fen = 1_000_000 + (Math.floor(Date.now() / 1000) % 8_000_000)
  const amount = `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`
  const reference = `E2E-${fen}`

  await test.step('the customer uploads the screenshot', async () => {
    await asCustomer(customer, here, here.clerkPhone)
    await customer.goto('/m/pay')
    await customer.getByRole('button', { name: '提交截图' }).click()
    await expect(customer.getByText('请上传转账成功的截图。')).toBeVisible()
    await customer.getByLabel('转账金额（元）').fill(amount)
    const buffer = await dialPhoto(customer, amount)
    await customer.getByLabel('转账截图').setInputFiles({ name: 'proof.png', mimeType: 'image/png', buffer })
    await expect(customer.getByText('截图已上传')).toBeVisible()
    await customer.getByRole('button', { name: '提交截图' }).click()
    await expect(customer.getByText('已提交，核对后入账')).toBeVisible()
    await expect(customer.getByLabel('提交过的截图')).toContainText('核对中')
    await audit(customer, 'a transfer shown')
  })

  await test.step('finance enters the bank’s line, and finds it suggested beside the screenshot', async () => {
    await asStaff(finance, here.finance)
    await finance.goto('/admin/bank')
    await finance.getByText('录入一条流水').click()
    await finance.getByLabel('流水号').fill(reference)
    await finance.getByLabel('金额（元）').fill(amount)
    await finance.getByRole('button', { name: '录入', exact: true }).click()
    await expect(finance.getByText('流水已录入')).toBeVisible()
    await audit(finance, 'bank lines')
    await finance.goto('/admin/transfers')
    const row = finance.locator('tbody tr').filter({ hasText: amount.replace(/\B(?=(\d{3})+\.)/g, ',') })
    await row.getByRole('link').click()
    const shown = finance.getByRole('img', { name: '转账截图，点开看原图' })
    await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600)
    await audit(finance, 'a transfer to be checked')
    await finance.getByRole('button', { name: `用流水 ${reference} 核实` }).click()
    await expect(finance.getByText('已核实并入账。')).toBeVisible()
  })

  await test.step('the customer sees it booked, and the payment', async () => {
    await customer.reload()
    await expect(customer.getByLabel('提交过的截图')).toContainText('已入账')
    await customer.goto('/m/payments')
    await expect(customer.getByText('转账').first()).toBeVisible()
  })

  expect(complaints.flat()).toEqual([])
  await phone.close()
  await desk.close()
})
