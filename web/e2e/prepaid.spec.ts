import { expect, test, type Page } from '@playwright/test'
import { does, enter } from './helpers/desk'
import { PHONE, audit, listen } from './helpers/watch'
import { asCustomer, query, world } from './helpers/world'

const here = world()

interface Standing {
  account: {
    openAmount: string
    campus: string
    prepaid: { balance: string; level: string; supply: string } | null
    meters: { meterNo: string; lastReading: { index: string } | null }[]
  }
}

async function standing(page: Page, no: string) {
  const text = `query E2eStanding($no: String!) { account(accountNo: $no) {
    openAmount campus prepaid { balance level supply } meters { meterNo lastReading { index } } } }`
  return (await query<Standing>(page, text, { no })).account
}

test('r23: a customer who pays before is told of a low balance and a planned cut-off, and tops up', async ({ browser }) => {
  const phone = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: PHONE })
  const customer = await phone.newPage()
  const manager = await enter(browser, here.reviewer)
  const cashier = await enter(browser, here.cashier)
  const technician = await enter(browser, here.technician)
  const complaints = listen(customer)
  let accountNo = ''

  await test.step('an account of the customer’s owes nothing', async () => {
    await asCustomer(customer, here, here.clerkPhone)
    interface Mine {
      me: { customer: { bindings: { accountNo: string; status: string }[] } }
    }
    const { me } = await query<Mine>(customer, '{ me { customer { bindings { accountNo status } } } }', {})
    const bound = me.customer.bindings.filter(({ status }) => status === 'APPROVED').reverse()
    for (const one of bound) if (!accountNo && !(await standing(manager.page, one.accountNo)).prepaid) ({ accountNo } = one)
    const { openAmount, campus } = await standing(cashier.page, accountNo)
    if (openAmount !== '0') {
      await does(cashier.page, 'recordPayment', 'RecordPaymentInput', {
        campusId: campus,
        method: 'CASH',
        amount: openAmount,
        accountNos: [accountNo],
      })
    }
    await expect.poll(async () => (await standing(manager.page, accountNo)).openAmount).toBe('0')
  })

  await test.step('the manager changes how it pays, on its page', async () => {
    const { page } = manager
    await page.goto(`/admin/accounts/${accountNo}`)
    const scheme = page.getByRole('region', { name: '收费方式' })
    await expect(scheme.getByRole('heading', { name: '后收费' })).toBeVisible()
    await scheme.getByText('改为预收费').first().click()
    await scheme.getByLabel('余额低于多少提醒').fill('5000')
    await scheme.getByLabel('可透支').fill('0')
    await scheme.getByLabel('为什么可以改').fill('已装远传阀控表')
    await scheme.getByRole('button', { name: '改为预收费' }).click()
    await expect(page.getByText('已改为预收费，从今天起随抄随扣')).toBeVisible()
    await expect(scheme.getByRole('heading', { name: '预收费' })).toBeVisible()
    await audit(page, 'an account that pays before')
  })

  await test.step('what is read is charged at once, and a cut-off planned', async () => {
    const { page } = manager
    const meter = (await standing(page, accountNo)).meters.find(({ lastReading }) => lastReading)
    if (!meter?.lastReading) throw new Error('the account has no meter that was read')
    const index = (BigInt(meter.lastReading.index.split('.')[0] ?? '0') + 3n).toString()
    await does(technician.page, 'submitReading', 'SubmitReadingInput', { meterNo: meter.meterNo, index, channel: 'HANDHELD' })
    await expect
      .poll(async () => (await standing(page, accountNo)).prepaid?.supply, { timeout: 60_000 })
      .toBe('CUT_OFF_PLANNED')
  })

  await test.step('the customer is told in plain words, on the first page and where one pays', async () => {
    await customer.goto('/m/')
    const card = customer.getByRole('region', { name: `户号 ${accountNo}` })
    await expect(card).toContainText(/在 \d{4}-\d\d-\d\d \d\d:\d\d 之前充值就不会停水停电/)
    await audit(customer, 'home of who pays before')
    await card.getByRole('link', { name: /去充值/ }).click()
    await expect(customer.getByRole('region', { name: '待缴' })).toContainText('之前充值就不会停水停电')
    await audit(customer, 'paying before')
    const topUp = customer.getByRole('region', { name: '充值' })
    await topUp.getByLabel('充值金额（元）').fill('0')
    await topUp.getByRole('button', { name: '去支付' }).click()
    await expect(topUp.getByText('请填充值的金额，如 100。')).toBeVisible()
    await topUp.getByRole('button', { name: '200 元' }).click()
    await topUp.getByRole('button', { name: '去支付' }).click()
    // This campus has no gateway; the server says so, and where to go.
    await expect(topUp.getByText('网上支付尚未开通，请到柜台缴费')).toBeVisible()
  })

  await test.step('whoever cuts off sees it among those planned, and nothing of the account', async () => {
    const { page } = technician
    await page.goto('/admin/prepaid')
    await page.getByLabel('供应').selectOption('CUT_OFF_PLANNED')
    const row = page.locator('tbody tr').filter({ hasText: accountNo })
    await expect(row).toContainText('透支用尽')
    await expect(row.getByRole('link')).toHaveCount(0)
    await audit(page, 'prepaid accounts')
    await page.getByRole('button', { name: '看要停供的' }).click()
    await expect(page).toHaveURL(/supply=CUT_OFF_ORDERED/)
    await expect(row).toHaveCount(0)
  })

  await test.step('topped up at a counter, the cut-off is called off and the customer sees the balance', async () => {
    const { balance } = (await standing(manager.page, accountNo)).prepaid ?? { balance: '0' }
    await does(cashier.page, 'recordPayment', 'RecordPaymentInput', {
      campusId: (await standing(cashier.page, accountNo)).campus,
      method: 'CASH',
      amount: (BigInt(balance.replace('-', '')) + 8800n).toString(),
      accountNos: [accountNo],
    })
    await expect.poll(async () => (await standing(manager.page, accountNo)).prepaid?.supply, { timeout: 30_000 }).toBe('ON')
    await customer.goto(`/m/pay?account=${accountNo}`)
    await expect(customer.getByRole('region', { name: '待缴' })).toContainText('¥88.00')
    await expect(customer.getByText('余额不多了，请尽快充值。')).toBeVisible()
  })

  await test.step('it pays after again', async () => {
    const { page } = manager
    await page.reload()
    const scheme = page.getByRole('region', { name: '收费方式' })
    await scheme.getByLabel('改为后收费的原因').fill('用户申请')
    await scheme.getByRole('button', { name: '改为后收费' }).click()
    await expect(page.getByText('已改为后收费，从今天起按月出账')).toBeVisible()
  })

  expect(complaints).toEqual([])
  for (const desk of [manager, cashier, technician]) await desk.leave()
  await phone.close()
})
