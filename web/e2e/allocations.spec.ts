import { expect, test, type Browser, type TestInfo } from '@playwright/test'
import { monthsFrom, showMonth, thisMonth } from '../src/shared/when'
import { command, fileOf } from './helpers/command'
import { does, enter, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36).toUpperCase()
/** A campus of its own, last in every list: capitals would come before the others. */
const CODE = `ZA${stamp}`
const CAMPUS = CODE.toLowerCase()
const COMMON = `W-${CODE}-PUMP`
const ACCOUNTS = ['1', '2', '3'].map((one) => `${CODE}${one}`)
const month = monthsFrom(thisMonth(), -1)
const from = `${monthsFrom(month, -1)}-01`

/** Three households and the pump of their building, which shows ten cubic metres. */
async function settle(browser: Browser, info: TestInfo): Promise<void> {
  const { page, leave } = await enter(browser, here.admin)
  const officeHours = [{ from: '08:00', to: '12:00' }]
  await does(page, 'openCampus', 'OpenCampusInput', { campusId: CAMPUS, name: `新校区 ${CAMPUS}`, contact: '5566', officeHours })
  for (const accountNo of ACCOUNTS) {
    const account = { accountNo, class: 'RESIDENT', campus: CAMPUS, holder: '王芳', address: '1 栋', householdPersons: 3 }
    await does(page, 'openAccount', 'OpenAccountInput', account)
  }
  const meter = { meterNo: COMMON, commodity: 'WATER', campusId: CAMPUS, building: '1 栋', room: '泵房', book: CODE, walkOrder: 1, selfRead: false }
  await does(page, 'registerMeter', 'RegisterMeterInput', meter)
  await does(page, 'installDevice', 'InstallDeviceInput', { meterNo: COMMON, hardwareNo: `HW${CODE}`, digits: 5, openingIndex: '100', installedOn: from })
  const row = `${COMMON},110,${month}-20 09:00`
  const ran = await command('import', 'readings', '--source', 'platform', fileOf(info.outputPath('pump.csv'), ['表号,读数,抄表时间', row]))
  expect(ran.said).toContain('通过 1')
  await leave()
}

test('r96_e6_what_a_pump_shows_is_tried_charged_to_three_households_and_taken_back', async ({ browser }, info) => {
  test.setTimeout(240_000)
  await settle(browser, info)
  const finance = await enter(browser, here.finance)
  const { page } = finance

  await test.step('an agreement names who shares and how', async () => {
    await page.goto('/admin/')
    await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '公摊', exact: true }).click()
    await page.getByText('订立公摊协议', { exact: true }).first().click()
    const form = page.getByRole('form', { name: '订立公摊协议' })
    await form.getByLabel('公共表号').fill(COMMON)
    await form.getByLabel('费率').fill('water-homes')
    await form.getByLabel('从哪天起').fill(from)
    await form.getByLabel('户号，每行一户').fill(`${ACCOUNTS.join('\n')}\n${ACCOUNTS[0]}`)
    await expect(form.getByText('这些行看不懂或重复')).toBeVisible()
    await form.getByLabel('户号，每行一户').fill(ACCOUNTS.join('\n'))
    await audit(page, 'an agreement being made')
    await form.getByRole('button', { name: '订立，3 户' }).click()
    await expect(page.getByText(`${COMMON} 由 3 户分摊`)).toBeVisible()
    await page.getByLabel('公共表号').last().fill(COMMON)
    await page.keyboard.press('Enter')
    await expect(page.locator('tbody tr')).toHaveCount(1)
    await expect(page.locator('tbody tr')).toContainText('按户均摊')
  })

  await test.step('a month is tried before it is charged; the shares come to the whole', async () => {
    await page.getByRole('link', { name: COMMON }).click()
    const bill = section(page, '出账')
    await bill.getByLabel('账期').fill(month)
    await bill.getByRole('button', { name: '试算' }).click()
    await expect(bill.getByRole('region', { name: '各户分摊' }).locator('tbody tr')).toHaveCount(3)
    const amounts = await bill.getByRole('region', { name: '各户分摊' }).locator('tbody td:nth-child(3)').allInnerTexts()
    const fen = (text: string) => Number(text.replace(/[^\d]/g, ''))
    const whole = fen(await bill.getByRole('button', { name: /^出账/ }).innerText())
    expect(whole).toBeGreaterThan(0)
    expect(amounts.map(fen).reduce((sum, one) => sum + one, 0)).toBe(whole)
    await audit(page, 'a shared month tried')
    await bill.getByRole('button', { name: /^出账/ }).click()
    await expect(page.getByText(`${showMonth(month)}的公摊已出账`)).toBeVisible()
  })

  await test.step('each share is a bill, and a month taken back makes them void', async () => {
    await page.getByText(new RegExp(`^${showMonth(month)}：`)).click()
    const shares = page.getByRole('region', { name: '各户分摊' })
    await expect(shares.getByRole('link')).toHaveCount(3)
    await page.getByLabel('撤回的原因').fill('表号写错')
    await page.getByRole('button', { name: '撤回这个账期' }).click()
    await expect(page.getByText('，已撤回')).toBeVisible()
    await page.goto(`/admin/accounts/${ACCOUNTS[0]}`)
    await expect(page.getByText('没有未缴的通知单。')).toBeVisible()
  })
  await finance.leave()
})

test('r96_e6_who_lives_in_a_room_is_noted_by_bed_and_day', async ({ browser }) => {
  const manager = await enter(browser, here.reviewer)
  const { page } = manager
  await page.goto('/admin/accounts')
  await page.locator('tbody tr').first().locator('a').first().click()
  const card = section(page, '住户')
  await card.getByLabel('床位号').fill(`B${stamp}`)
  await card.getByRole('button', { name: '登记入住' }).click()
  await expect(card.getByRole('listitem').filter({ hasText: `B${stamp}` })).toBeVisible()
  await audit(page, 'an account with an occupant')
  await card.getByRole('button', { name: `B${stamp} 退宿` }).click()
  await expect(card.getByRole('button', { name: `B${stamp} 退宿` })).toHaveCount(0)
  await manager.leave()
})
