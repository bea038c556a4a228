import { join, resolve } from 'node:path'
import { expect, test, type Browser, type Page, type TestInfo } from '@playwright/test'
import { thisMonth } from '../src/shared/when'
import { sendOut } from './helpers/walk'
import { does } from './helpers/desk'
import { asCustomer, asStaff, query, world, type Staff } from './helpers/world'

const here = world()
const SMALL = { width: 390, height: 700 }
const WIDE = { width: 1180, height: 720 }

/** With HANDBOOK_PICTURES=1 they go where the handbook shows them; else beside the other results. */
function fileFor(info: TestInfo, name: string): string {
  const folder = process.env.HANDBOOK_PICTURES ? resolve('../docs/handbook/pictures') : info.outputPath()
  return join(folder, `${name}.png`)
}

async function picture(page: Page, info: TestInfo, path: string, name: string, shows: string): Promise<void> {
  await page.goto(path)
  await expect(page.getByText(shows).first(), name).toBeVisible()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
  await page.screenshot({ path: fileFor(info, name), animations: 'disabled' })
}

async function enter(browser: Browser, viewport: { width: number; height: number }) {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport })
  return context.newPage()
}

/** Something to choose and to pay, where the demo's customers have paid everything. */
async function bill(browser: Browser, accountNo: string): Promise<void> {
  const page = await enter(browser, WIDE)
  await asStaff(page, here.finance)
  const text = 'mutation E2eBill($input: RunBillingInput!) { runBilling(input: $input) { userErrors { message } } }'
  const input = { idempotencyKey: `handbook-${accountNo}-${Date.now()}`, month: thisMonth(), accountNos: [accountNo] }
  await query(page, text, { input })
  await page.context().close()
}

interface Mine {
  me: { customer: { bindings: { accountNo: string; status: string }[] } }
}

test('the handbook’s pictures of the phone show what it tells of', async ({ browser }, info) => {
  const resident = await enter(browser, SMALL)
  await asCustomer(resident, here, here.clerkPhone)
  if (process.env.HANDBOOK_PICTURES) {
    const { me } = await query<Mine>(resident, '{ me { customer { bindings { accountNo status } } } }', {})
    const bound = me.customer.bindings.find(({ status }) => status === 'APPROVED')
    if (bound) await bill(browser, bound.accountNo)
  }
  await picture(resident, info, '/m/', 'resident-home', '选一块表')
  await picture(resident, info, '/m/usage', 'resident-usage', '看每个月的数')
  await picture(resident, info, '/m/pay', 'resident-pay', '现金、支票')
  await sendOut(browser)
  const reader = await enter(browser, SMALL)
  await asStaff(reader, here.reader)
  await picture(reader, info, '/m/staff', 'reader-today', '今日抄表')
  await resident.context().close()
  await reader.context().close()
})

const DESKS: readonly { staff: Staff; path: string; name: string; shows: string }[] = [
  { staff: here.reviewer, path: '/admin/', name: 'manager-start', shows: '抄表进度' },
  { staff: here.reviewer, path: '/admin/readings', name: 'manager-review', shows: '历史读数' },
  { staff: here.cashier, path: '/admin/cashier', name: 'cashier-desk', shows: '收款台' },
  { staff: here.finance, path: '/admin/tariffs/water-homes', name: 'finance-tariff', shows: '试算：' },
  { staff: here.finance, path: '/admin/collections', name: 'finance-collections', shows: '净额合计' },
  { staff: here.finance, path: '/admin/refunds?state=', name: 'finance-refunds', shows: '退宿' },
  { staff: here.technician, path: '/admin/collectors', name: 'technician-collectors', shows: 'DCU-01' },
  { staff: here.technician, path: '/admin/labels', name: 'technician-labels', shows: '打印标签' },
]

interface Campuses {
  campuses: { campusId: string }[]
  accounts: { nodes: { accountNo: string }[] }
}

/** A deposit and what is asked back of it: a demo has none. */
async function deposit(browser: Browser): Promise<void> {
  const page = await enter(browser, WIDE)
  await asStaff(page, here.cashier)
  const text = '{ campuses { campusId } accounts(first: 40) { nodes { accountNo } } }'
  const { campuses, accounts } = await query<Campuses>(page, text, {})
  const accountNo = accounts.nodes.at(-2)?.accountNo
  await does(page, 'recordDeposit', 'RecordDepositInput', { accountNo, campusId: campuses[0]?.campusId, method: 'CASH', amount: '30000' })
  await does(page, 'requestRefund', 'RequestRefundInput', { accountNo, purse: 'DEPOSIT', amount: '20000', method: 'CASH', reason: '退宿' })
  await page.context().close()
}

test('the handbook’s pictures of the console show what it tells of', async ({ browser }, info) => {
  await deposit(browser)
  for (const { staff, path, name, shows } of DESKS) {
    const page = await enter(browser, WIDE)
    await asStaff(page, staff)
    await picture(page, info, path, name, shows)
    await page.context().close()
  }
})
