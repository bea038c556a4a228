import { expect, test, type Browser, type Page, type TestInfo } from '@playwright/test'
import { monthsFrom, showMonth, thisMonth } from '../src/shared/when'
import { command, fileOf } from './helpers/command'
import { does, enter, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { query, world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36).toUpperCase()
const CODE = `Z${stamp}`
/** A campus of its own, last in every list (capitals would come first): the others bill themselves. */
const CAMPUS = CODE.toLowerCase()
const NAME = `新校区 ${stamp}`
/** Three households; the charging system gets the first right, the second's usage wrong, and forgets the third. */
const ACCOUNTS = ['1', '2', '3'].map((one) => `${CODE}${one}`)
const meterOf = (accountNo: string) => `W-${accountNo}`
const month = monthsFrom(thisMonth(), -1)
const HEADING = '户号,收费系统表号,账期,用量,应收金额,截止日期,账单号,欠费,状态'

async function open(page: Page, place: string): Promise<void> {
  await page.goto('/admin/')
  await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: place, exact: true }).click()
}

/** Households of the new campus, each with a water meter read twice. */
async function settle(browser: Browser, info: TestInfo): Promise<void> {
  const { page, leave } = await enter(browser, here.admin)
  const officeHours = [{ from: '08:00', to: '12:00' }]
  await does(page, 'openCampus', 'OpenCampusInput', { campusId: CAMPUS, name: NAME, contact: '5566', officeHours })
  const from = `${monthsFrom(month, -1)}-01`
  for (const [at, accountNo] of ACCOUNTS.entries()) {
    const meterNo = meterOf(accountNo)
    const account = { accountNo, class: 'RESIDENT', campus: CAMPUS, holder: '王芳', address: '1 栋', householdPersons: 3 }
    await does(page, 'openAccount', 'OpenAccountInput', account)
    const meter = { meterNo, commodity: 'WATER', campusId: CAMPUS, building: '1 栋', room: `10${at}`, book: CODE, walkOrder: at, selfRead: false }
    await does(page, 'registerMeter', 'RegisterMeterInput', meter)
    await does(page, 'installDevice', 'InstallDeviceInput', { meterNo, hardwareNo: `HW${meterNo}`, digits: 5, openingIndex: '100', installedOn: from })
    await does(page, 'assignMeter', 'AssignMeterInput', { accountNo, meterNo, tariffId: 'water-homes', from })
  }
  const rows = ACCOUNTS.map((accountNo, at) => `${meterOf(accountNo)},${107 + at},${month}-20 09:00`)
  const readings = fileOf(info.outputPath('readings.csv'), ['表号,读数,抄表时间', ...rows])
  const ran = await command('import', 'readings', '--source', 'platform', readings)
  expect(ran.said).toContain('通过 3')
  await leave()
}

interface Accounts {
  accounts: { nodes: { campus: string }[] }
}

interface Compared {
  parallelRun: { run: { differences: { accountNo: string; here: { total: string } | null }[] } }
}

/** What is worked out here for an account, in yuan. */
async function oursFor(page: Page, accountNo: string): Promise<string> {
  const text = `query Ours($month: YearMonth!, $nos: [String!]) {
    parallelRun(month: $month, accountNos: $nos) { run { differences { accountNo here { total } } } } }`
  const { parallelRun } = await query<Compared>(page, text, { month, nos: [accountNo] })
  const fen = parallelRun.run.differences[0]?.here?.total ?? ''
  return `${fen.slice(0, -2)}.${fen.slice(-2)}`
}

test.describe.configure({ mode: 'serial' })

test('r91_the_charging_system_bills_a_campus_from_a_month_on_and_both_are_reconciled', async ({ browser }, info) => {
  test.setTimeout(300_000)
  await settle(browser, info)
  const admin = await enter(browser, here.admin)
  const { page } = admin

  await test.step('a campus that bills itself does not change for months it has billed', async () => {
    await open(page, '开账方')
    await expect(section(page, '本月由谁开账')).toContainText(`${NAME}本系统`)
    await page.getByText('更改开账方', { exact: true }).first().click()
    const form = page.getByRole('form', { name: '更改开账方' })
    const { accounts } = await query<Accounts>(page, '{ accounts(first: 1) { nodes { campus } } }', {})
    await form.getByLabel('哪个校区').selectOption(accounts.nodes[0]?.campus ?? '')
    await form.getByLabel('从哪个账期起').fill(month)
    await form.getByLabel('原因').fill('试试')
    await expect(form.getByRole('button', { name: '更改开账方' })).toBeDisabled()
    await form.getByLabel('已看过上面写的').check()
    await form.getByRole('button', { name: '更改开账方' }).click()
    await expect(page.getByRole('alert')).toContainText('不能改由另一系统开账')
  })

  await test.step('one without bills may be billed there since ever, and the page says what that means', async () => {
    const form = page.getByRole('form', { name: '更改开账方' })
    await form.getByLabel('哪个校区').selectOption(CAMPUS)
    await form.getByLabel('由谁开账').selectOption('CHARGING_SYSTEM')
    await form.getByLabel('从哪个账期起').fill('2025-01')
    await expect(form.getByLabel('会怎样')).toContainText(`${NAME}从 2025年1月账期起由收费系统开账`)
    await form.getByLabel('原因').fill('收费系统继续开账')
    await form.getByLabel('已看过上面写的').check()
    await audit(page, 'who bills being changed')
    await form.getByRole('button', { name: '更改开账方' }).click()
    await expect(page.getByText(`${NAME}从 2025年1月起由收费系统开账`)).toBeVisible()
    await expect(page.getByRole('row').filter({ hasText: NAME }).filter({ hasText: '收费系统继续开账' })).toContainText('现行')
    await expect(section(page, '本月由谁开账')).toContainText(`${NAME}收费系统`)
  })

  await test.step('from now on only months to come may be chosen', async () => {
    const form = page.getByRole('form', { name: '更改开账方' })
    await form.getByLabel('由谁开账').selectOption('HERE')
    const field = form.getByLabel('从哪个账期起')
    await field.fill(thisMonth())
    expect(await field.evaluate((one: HTMLInputElement) => one.validity.rangeUnderflow)).toBe(true)
    const next = monthsFrom(thisMonth(), 1)
    await field.fill(next)
    await form.getByLabel('原因').fill('并行核对无差异')
    await form.getByLabel('已看过上面写的').check()
    await form.getByRole('button', { name: '更改开账方' }).click()
    const row = page.getByRole('row').filter({ hasText: NAME }).filter({ hasText: '并行核对无差异' })
    await expect(row).toContainText('尚未开始')
    await page.getByRole('combobox', { name: '校区', exact: true }).selectOption(CAMPUS)
    await expect(page).toHaveURL(new RegExp(`campus=${CAMPUS}`))
    await expect(page.locator('tbody tr')).toHaveCount(2)
    await audit(page, 'who bills')
  })
  await admin.leave()

  const finance = await enter(browser, here.finance)
  await test.step('finance sends them what was read', async () => {
    const desk = finance.page
    await open(desk, '抄表数据导出')
    const form = desk.getByRole('form', { name: '生成抄表数据批次' })
    await form.getByLabel('月份').fill(month)
    await form.getByLabel('校区').selectOption(CAMPUS)
    await form.getByRole('button', { name: '生成批次' }).click()
    await expect(desk.getByText(/已生成批次 RE\d+，共 3 行/)).toBeVisible()
    const link = desk.getByRole('row').filter({ hasText: NAME }).getByRole('link', { name: /CSV$/ })
    const file = await desk.request.get((await link.getAttribute('href')) ?? '')
    expect(await file.text()).toContain(`${ACCOUNTS[0]},${meterOf(ACCOUNTS[0] ?? '')},${month}`)
    await audit(desk, 'readings sent out')
  })

  const due = `${thisMonth()}-28`
  const first = await oursFor(finance.page, ACCOUNTS[0] ?? '')
  const line = (at: number, usage: string, amount: string) =>
    `${ACCOUNTS[at]},${meterOf(ACCOUNTS[at] ?? '')},${month},${usage},${amount},${due},SF-${ACCOUNTS[at]},${amount},未缴`
  await test.step('their bills come in by a file, and stand among the batches', async () => {
    const bills = fileOf(info.outputPath('bills.csv'), [HEADING, line(0, '7', first), line(1, '9', '30.00')])
    expect((await command('import', 'bills', bills)).said).toContain('通过 2')
    const technician = await enter(browser, here.technician)
    await open(technician.page, '导入批次')
    await expect(technician.page.getByRole('row').filter({ hasText: 'bills.csv' }).first()).toContainText('收费系统账单')
    await technician.leave()
  })

  await test.step('their list is compared: what differs stands by account and month', async () => {
    const list = fileOf(info.outputPath(`list-${stamp}.csv`), [HEADING, line(0, '7', first), line(1, '9', '30.01'), line(2, '9', '31.00')])
    expect((await command('import', 'reconcile', '--campus', CAMPUS, list)).said).toContain('差异 2 项')
    const desk = finance.page
    await open(desk, '账单对账')
    const row = desk.getByRole('row').filter({ hasText: `list-${stamp}.csv` })
    await expect(row).toContainText('2 项差异')
    await audit(desk, 'reconciliations')
    await row.getByRole('link').first().click()
    const found = section(desk, '逐项差异')
    await expect(found.getByRole('row').filter({ hasText: ACCOUNTS[1] ?? '' })).toContainText('金额不符')
    await expect(found.getByRole('row').filter({ hasText: ACCOUNTS[2] ?? '' })).toContainText('收费系统有、本系统无')
    await audit(desk, 'a reconciliation')
    await found.getByRole('combobox').selectOption('AMOUNT')
    await expect(desk).toHaveURL(/kind=AMOUNT/)
    await expect(found.locator('tbody tr')).toHaveCount(1)
    const file = await desk.request.get((await desk.getByRole('link', { name: '差异 CSV' }).getAttribute('href')) ?? '')
    expect(await file.text()).toContain('30.01')
  })
  await finance.leave()
})

test('r97_a_month_of_both_systems_is_compared_to_the_fen_account_by_account', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.finance)
  await open(page, '并行核对')
  await expect(page.getByText('选好账期和校区，点“核对”。')).toBeVisible()

  await test.step('a month that has not come is refused in words', async () => {
    await page.getByLabel('账期', { exact: true }).fill(monthsFrom(thisMonth(), 2))
    await page.getByLabel('只核对这些户号（可空）').fill(ACCOUNTS[0] ?? '')
    await page.getByRole('button', { name: '核对', exact: true }).click()
    await expect(page.getByRole('alert')).toContainText('没有核对')
  })

  await test.step('of the campus one account agrees, one has another usage, one has no bill there', async () => {
    await page.getByLabel('账期', { exact: true }).fill(month)
    await page.getByRole('combobox', { name: '校区', exact: true }).selectOption(CAMPUS)
    await page.getByLabel('只核对这些户号（可空）').fill('')
    await page.getByRole('button', { name: '核对', exact: true }).click()
    const whole = section(page, '核对结果')
    await expect(whole).toContainText(`${showMonth(month)} ${NAME}`)
    await expect(whole).toContainText('3 户中有 2 户不一致')
    const counts = page.getByLabel('各种结果的户数')
    await expect(counts).toContainText('一致1 户')
    await expect(counts).toContainText('用量不符1 户')
    await expect(counts).toContainText('收费系统无账单1 户')
    await audit(page, 'a parallel run')
  })

  await test.step('both bills stand beside each other, line by line', async () => {
    const usage = page.getByRole('article', { name: `户号 ${ACCOUNTS[1]}` })
    const cells = usage.getByRole('row').filter({ hasText: meterOf(ACCOUNTS[1] ?? '') }).getByRole('cell')
    await expect(cells.nth(0)).toContainText('8 吨')
    await expect(cells.nth(1)).toContainText('9 吨')
    await expect(usage.getByRole('row').last()).toContainText('¥30.00')
    await page.getByLabel('只看').selectOption('MISSING_THERE')
    await expect(page).toHaveURL(/kind=MISSING_THERE/)
    await expect(page.getByRole('article')).toHaveCount(1)
    await expect(page.getByRole('article')).toContainText('无账单')
  })

  await test.step('the address alone brings it back, and paper has nothing of the form', async () => {
    await page.reload()
    await expect(page.getByRole('article')).toHaveCount(1)
    await page.emulateMedia({ media: 'print' })
    await expect(page.getByRole('button', { name: '核对', exact: true })).toBeHidden()
    await expect(section(page, '核对结果')).toBeVisible()
    await page.emulateMedia({ media: 'screen' })
  })
  await leave()
})
