import { expect, test, type Page } from '@playwright/test'
import { enter, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { query, world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36)

interface Accounts {
  accounts: { nodes: { accountNo: string; openAmount: string }[] }
}

/** The last ones: other tests take the first. */
async function anAccount(page: Page): Promise<string> {
  const { accounts } = await query<Accounts>(page, '{ accounts(first: 60) { nodes { accountNo openAmount } } }', {})
  const accountNo = accounts.nodes.at(-1)?.accountNo
  if (!accountNo) throw new Error('there is no account')
  return accountNo
}

test('r96_r95_x13: a deposit is taken, and given back by one who asks, one who approves and one who pays', async ({ browser }) => {
  const cashier = await enter(browser, here.cashier)
  const manager = await enter(browser, here.reviewer)
  const desk = cashier.page
  const accountNo = await anAccount(desk)
  const reason = `退宿 ${stamp}`

  await test.step('the cashier takes it, with a receipt', async () => {
    await desk.goto('/admin/')
    await desk.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '押金' }).click()
    await desk.getByLabel('户号').fill(accountNo)
    await desk.keyboard.press('Enter')
    await expect(desk).toHaveURL(new RegExp(`account=${accountNo}`))
    await expect(section(desk, '本户押金')).toContainText('在押')
    await desk.getByText('收押金', { exact: true }).first().click()
    const form = desk.getByRole('form', { name: '收押金' })
    await form.getByLabel('入账金额（元）').fill('300')
    await form.getByLabel('实收现金（元）').fill('500')
    await expect(form).toContainText('¥200.00')
    await audit(desk, 'a deposit being taken')
    await form.getByRole('button', { name: '收押金并开收据' }).click()
    await expect(section(desk, '收款结果')).toContainText('收据号')
    await expect(section(desk, '本户押金')).toContainText(/在押¥\d*300\.00|在押¥[\d,]+\.00/)
    await expect(desk.getByRole('row').filter({ hasText: '收押金' }).filter({ hasText: '¥300.00' }).first()).toBeVisible()
    await audit(desk, 'a deposit taken')
  })

  await test.step('the cashier asks for some of it back, and cannot approve that', async () => {
    await desk.getByRole('link', { name: '退押金' }).click()
    await desk.getByText('申请退款').first().click()
    const form = desk.getByRole('form', { name: '申请退款' })
    await expect(form.getByLabel('退款户号')).toHaveValue(accountNo)
    await form.getByLabel('从哪里退').selectOption('DEPOSIT')
    await form.getByLabel('退款金额（元）').fill('一百')
    await form.getByLabel('退款原因').fill(reason)
    await form.getByRole('button', { name: '申请', exact: true }).click()
    await expect(desk.getByText('金额请写成 12.50 这样。')).toBeVisible()
    await form.getByLabel('退款金额（元）').fill('100')
    await form.getByRole('button', { name: '申请', exact: true }).click()
    await expect(desk.getByText('已申请退款，待他人批准')).toBeVisible()
    const row = desk.getByRole('row').filter({ hasText: reason })
    await expect(row).toContainText('待批准')
    await expect(row.getByRole('button')).toHaveCount(0)
    await audit(desk, 'a refund asked for')
  })

  await test.step('the manager sees it on the first page, and approves it', async () => {
    const { page } = manager
    await page.goto('/admin/')
    await page.getByRole('link', { name: /待批退款 \d+/ }).click()
    const row = page.getByRole('row').filter({ hasText: reason })
    await row.getByRole('button', { name: /^批准/ }).click()
    await expect(page.getByText('已批准，待付款')).toBeVisible()
    await expect(row).toHaveCount(0)
  })

  await test.step('the cashier pays it from the till, and takes it back when it comes back', async () => {
    await desk.reload()
    const row = desk.getByRole('row').filter({ hasText: reason })
    await row.getByRole('button', { name: /^付现金/ }).click()
    await expect(desk.getByText('已从您的收款箱付出')).toBeVisible()
    await expect(row).toContainText('已付')
    await row.getByRole('button', { name: /^钱退回来了/ }).click()
    await desk.getByLabel('为什么退回来').fill('付错了人')
    await desk.getByRole('button', { name: '钱退回来了', exact: true }).click()
    await expect(row).toContainText('已退回')
    await expect(row).toContainText('付错了人')
    await audit(desk, 'a refund that came back')
  })
  await cashier.leave()
  await manager.leave()
})

interface Unpaid {
  unpaidNotices: { nodes: { billNo: string; accountNo: string; openAmount: string }[] }
}

test('r96_x13: a write-off waits among all of them, is approved by another, and taken back once', async ({ browser }) => {
  const finance = await enter(browser, here.finance)
  const manager = await enter(browser, here.reviewer)
  const { unpaidNotices } = await query<Unpaid>(finance.page, '{ unpaidNotices(first: 50) { nodes { billNo accountNo openAmount } } }', {})
  const bill = unpaidNotices.nodes.filter(({ openAmount }) => BigInt(openAmount) > 1000n).at(-1)
  if (!bill) throw new Error('everything is paid')
  const reason = `户主去世 ${stamp}`

  await test.step('finance asks for it on the bill', async () => {
    const { page } = finance
    await page.goto(`/admin/bills/${bill.billNo}`)
    await page.getByText('申请减免、核销').first().click()
    const form = page.getByRole('form', { name: '申请减免、核销' })
    await form.getByLabel('种类').selectOption('BILL_REST')
    await form.getByLabel('减免多少（元）').fill('1.00')
    await form.getByLabel('为什么减免').fill(reason)
    await form.getByRole('button', { name: '申请', exact: true }).click()
    await expect(page.getByText('已申请核销，待他人批准')).toBeVisible()
    const own = section(page, '减免核销')
    await expect(own).toContainText(reason)
    await expect(own.getByRole('button', { name: /^批准/ })).toHaveCount(0)
    await audit(page, 'a bill with a write-off asked for')
  })

  await test.step('the manager approves it in the list of all accounts', async () => {
    const { page } = manager
    await page.goto('/admin/waivers')
    const row = page.getByRole('row').filter({ hasText: reason })
    await expect(row).toContainText(bill.accountNo)
    await audit(page, 'waivers that wait')
    await row.getByRole('button', { name: /^批准/ }).click()
    await expect(page.getByText(/的核销 ¥1\.00 已批准/)).toBeVisible()
    await page.getByLabel('状态').first().selectOption('APPROVED')
    await expect(page).toHaveURL(/state=APPROVED/)
    await row.getByRole('button', { name: /^撤销/ }).click()
    await page.getByLabel('为什么撤销').fill('家属来缴了')
    await page.getByRole('button', { name: '撤销', exact: true }).click()
    await expect(page.getByText('已撤销，账单重新待缴')).toBeVisible()
    await expect(row).toHaveCount(0)
  })
  await finance.leave()
  await manager.leave()
})
