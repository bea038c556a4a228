import { expect, test, type Page } from '@playwright/test'
import { today } from '../src/shared/when'
import { enter, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36).toUpperCase()
/** A campus of its own, last in every list: capitals and the demo's own come first. */
const CAMPUS = `z-${stamp.toLowerCase()}`
const NAME = `筹建校区 ${stamp}`
const TARIFF = `zw-${stamp.toLowerCase()}`
const BOOK = `ZB${stamp}`
const METER = `ZW${stamp}`
const SECOND = `ZX${stamp}`

async function open(page: Page, place: string): Promise<void> {
  await page.goto('/admin/')
  await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: place, exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: place, exact: true })).toBeVisible()
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0)
}

const unfold = (page: Page, name: string) => page.locator('summary').filter({ hasText: name }).click()

test.describe.configure({ mode: 'serial' })

test('r64_r96_a_campus_is_opened_with_its_hours_and_whom_to_ask_there', async ({ browser }) => {
  const admin = await enter(browser, here.admin)
  const { page } = admin
  await open(page, '校区')
  const row = page.getByRole('row').filter({ hasText: NAME })

  await test.step('hours that overlap are refused in words, and the campus stands in the list', async () => {
    await unfold(page, '新建校区')
    const form = page.getByRole('form', { name: '新建校区' })
    await form.getByLabel('编号').fill(CAMPUS)
    await form.getByLabel('名称').fill(NAME)
    await form.getByLabel('住户怎么联系').fill('8320 5566')
    const second = form.getByRole('group', { name: '第 2 段' })
    await second.getByLabel('从').fill('11:00')
    await form.getByRole('button', { name: '建立校区' }).click()
    await expect(page.getByRole('alert')).toContainText('第 2 段要在第 1 段之后')
    await audit(page, 'a campus being opened')
    await second.getByLabel('从').fill('14:30')
    await form.getByRole('button', { name: '建立校区' }).click()
    await expect(page.getByText(`${NAME}已建立`)).toBeVisible()
    await expect(row).toContainText('08:00–12:00、14:30–17:30')
    await expect(row).toContainText('8320 5566')
  })

  await test.step('the same id again is refused beside its field', async () => {
    const form = page.getByRole('form', { name: '新建校区' })
    await form.getByLabel('编号').fill(CAMPUS)
    await form.getByLabel('名称').fill('又一个')
    await form.getByLabel('住户怎么联系').fill('1')
    await form.getByRole('button', { name: '建立校区' }).click()
    await expect(form.getByRole('alert')).toContainText('已经存在')
  })

  await test.step('its hours change from a day on', async () => {
    await unfold(page, '更改办公时间')
    const form = page.getByRole('form', { name: '更改办公时间' })
    await form.getByLabel('哪个校区').selectOption(CAMPUS)
    await expect(form.getByRole('group', { name: '第 2 段' }).getByLabel('从')).toHaveValue('14:30')
    await form.getByRole('button', { name: '去掉第 2 段' }).click()
    await form.getByRole('group', { name: '第 1 段' }).getByLabel('到').fill('16:00')
    await form.getByRole('button', { name: '更改办公时间' }).click()
    await expect(page.getByText(`从 ${today()} 起办公时间为 08:00–16:00`)).toBeVisible()
    await expect(row).toContainText('08:00–16:00')
  })
  await admin.leave()

  const manager = await enter(browser, here.reviewer)
  await test.step('the manager says whom to ask there', async () => {
    const desk = manager.page
    await open(desk, '校区')
    await expect(desk.getByText('新建校区')).toHaveCount(0)
    await unfold(desk, '更改联系方式')
    const form = desk.getByRole('form', { name: '更改联系方式' })
    await form.getByLabel('哪个校区').selectOption(CAMPUS)
    await expect(form.getByLabel('怎么联系')).toHaveValue('8320 5566')
    await form.getByLabel('办公地点').fill('后勤楼 102')
    await form.getByLabel('负责人').fill('何安')
    await form.getByRole('button', { name: '更改联系方式' }).click()
    const changed = desk.getByRole('row').filter({ hasText: NAME })
    await expect(changed).toContainText('后勤楼 102')
    await expect(changed).toContainText('何安')
    await audit(desk, 'campuses')
  })
  await manager.leave()
})

test('r96_a_tariff_is_defined_with_its_first_version', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.finance)
  await open(page, '费率')
  await unfold(page, '新建价格方案')
  const form = page.getByRole('form', { name: '新建价格方案' })
  await form.getByLabel('编号').fill(TARIFF)
  await form.getByLabel('名称').first().fill(`筹建用水 ${stamp}`)
  await form.getByLabel('开账后几天内缴').fill('20')
  await form.getByRole('button', { name: '加一档' }).click()
  const tier = (at: number) => form.getByRole('group', { name: `第 ${at} 档` })
  await tier(1).getByLabel('用到（吨）').fill('180')
  await tier(1).getByLabel('单价（元）').fill('3.45')
  await expect(form.getByText('第 2 档的单价请写成 0.5 这样。')).toBeVisible()
  await tier(2).getByLabel('单价（元）').fill('4.83')
  await expect(section(page, '预览').getByRole('row').filter({ hasText: '第 2 档' })).toContainText('4.83')
  await audit(page, 'a tariff being defined')
  await expect(form.getByRole('button', { name: '建立方案' })).toBeDisabled()
  await form.getByLabel(/已核对/).check()
  await form.getByRole('button', { name: '建立方案' }).click()
  await expect(page.getByRole('heading', { name: `费率 筹建用水 ${stamp}` })).toBeVisible()
  await expect(section(page, '版本')).toContainText('开账后 20 天内缴')
  await expect(section(page, '版本')).toContainText(`${today()} 起（现行）`)
  await leave()
})

async function register(page: Page, meterNo: string, walkOrder: number): Promise<void> {
  const form = page.getByRole('form', { name: '登记表计' })
  await form.getByLabel('表号').fill(meterNo)
  await form.getByLabel('校区').selectOption(CAMPUS)
  await form.getByLabel('楼栋').fill('1 栋')
  await form.getByLabel('房间或位置').fill(`10${walkOrder}`)
  await form.getByLabel('抄表册').fill(BOOK)
  await form.getByLabel('册中第几位').fill(String(walkOrder))
  await form.getByRole('button', { name: '登记，下一步装表' }).click()
}

test('r75_r96_a_meter_is_registered_and_its_device_goes_up', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.technician)
  await open(page, '表计档案')
  await unfold(page, '登记表计')
  await audit(page, 'a meter being registered')
  await register(page, METER, 1)

  await test.step('each step refuses beside its own fields', async () => {
    const form = page.getByRole('form', { name: '装表' })
    await form.getByLabel('硬件号').fill(`HW${METER}`)
    await form.getByLabel('整数位数').fill('0')
    await form.getByRole('button', { name: '装表' }).click()
    await expect(form.getByRole('alert')).toContainText('表具位数应为 1 至 9 位')
    await audit(page, 'a device going up')
    await form.getByLabel('整数位数').fill('5')
    await form.getByLabel('起码').fill('12')
    await form.getByRole('button', { name: '装表' }).click()
    await expect(page.getByText(`已装上 HW${METER}`)).toBeVisible()
  })

  await test.step('the next one keeps what they share; the same number again is refused', async () => {
    await page.getByRole('button', { name: '登记下一块' }).click()
    const form = page.getByRole('form', { name: '登记表计' })
    await expect(form.getByLabel('抄表册')).toHaveValue(BOOK)
    await expect(form.getByLabel('册中第几位')).toHaveValue('2')
    await register(page, METER, 2)
    await expect(form.getByRole('alert')).toContainText('该表号已登记')
    await register(page, SECOND, 2)
    await expect(page.getByText(`${SECOND} 已登记`)).toBeVisible()
    await page.getByRole('button', { name: '以后再装，登记下一块' }).click()
  })

  await test.step('the file of the meter shows both', async () => {
    await page.goto(`/admin/meters/${METER}`)
    const file = section(page, '表计资料')
    await expect(file).toContainText(NAME)
    await expect(file).toContainText(`HW${METER}`)
    await expect(file).toContainText('12')
  })
  await leave()
})

test('r18_r96_a_book_is_opened_its_round_started_its_meters_changed_and_closed', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.reviewer)
  await open(page, '抄表册')

  await test.step('a book without meters is refused; with them it has a page', async () => {
    await unfold(page, '新建抄表册')
    const form = page.getByRole('form', { name: '新建抄表册' })
    await form.getByLabel('册号').fill(BOOK)
    await form.getByLabel('名称').fill('1 栋')
    await form.getByLabel('校区').selectOption(CAMPUS)
    await form.getByLabel('抄表员').fill('nobody.here')
    await form.getByLabel('表号').fill(METER)
    await form.getByRole('button', { name: '建立抄表册' }).click()
    await expect(form.getByRole('alert')).toBeVisible()
    await audit(page, 'a book being opened')
    await form.getByLabel('抄表员').fill(here.reader.login)
    await form.getByRole('button', { name: '建立抄表册' }).click()
    await expect(page.getByRole('heading', { name: `抄表册 ${BOOK}` })).toBeVisible()
    await expect(section(page, '抄表册')).toContainText(here.reader.login)
    await audit(page, 'a book')
  })

  await test.step('its round is started, and once only', async () => {
    const rounds = section(page, '轮次和周期')
    const start = rounds.getByRole('button', { name: '现在开始一轮' })
    // The server's clock may be quicker than a hand: then it is under way already.
    if (await start.isEnabled()) await start.click()
    await expect(section(page, '抄表册')).toContainText('进行中')
    await expect(rounds).toContainText('还没有到')
    await expect(start).toBeDisabled()
  })

  await test.step('another meter comes into it; one nobody knows does not', async () => {
    const walk = section(page, '走的顺序')
    await walk.getByRole('textbox', { name: /^加表计/ }).fill('NOSUCH')
    await walk.getByRole('button', { name: '加到最后' }).click()
    await walk.getByRole('button', { name: '保存表计和顺序' }).click()
    await expect(walk.getByRole('alert')).toContainText('没有这块表')
    await walk.getByRole('button', { name: '移出 NOSUCH' }).click()
    await walk.getByRole('textbox', { name: /^加表计/ }).fill(SECOND)
    await walk.getByRole('button', { name: '加到最后' }).click()
    await walk.getByRole('button', { name: `排最前 ${SECOND}` }).click()
    await walk.getByRole('button', { name: '保存表计和顺序' }).click()
    await expect(walk.getByText('表计和顺序已保存')).toBeVisible()
    await page.reload()
    await expect(section(page, '走的顺序').getByRole('listitem').first()).toContainText(SECOND)
  })

  await test.step('it is read by somebody else, less often', async () => {
    const assign = page.getByRole('form', { name: '指派抄表员' })
    await assign.getByLabel('抄表员').fill(here.technician.login)
    await assign.getByRole('button', { name: '指派' }).click()
    await expect(section(page, '抄表册')).toContainText(here.technician.login)
    await unfold(page, '更改周期')
    const form = page.getByRole('form', { name: '更改周期' })
    await form.getByLabel('多久抄一次').selectOption('TWO_MONTHS')
    await form.getByLabel('每次几天抄完').fill('200')
    await form.getByRole('button', { name: '更改周期' }).click()
    await expect(section(page, '抄表册')).not.toContainText('两月')
    await form.getByLabel('每次几天抄完').fill('20')
    await form.getByRole('button', { name: '更改周期' }).click()
    await expect(section(page, '抄表册')).toContainText('两月，每次 20 天抄完')
  })

  await test.step('the round stands among the rounds', async () => {
    await section(page, '抄表册').getByRole('link').click()
    await expect(page).toHaveURL(/\/admin\/rounds\//)
    await page.goBack()
  })

  await test.step('closed it is no longer listed', async () => {
    await unfold(page, '停用这一册')
    const form = page.getByRole('form', { name: '停用这一册' })
    await form.getByLabel(/不再按这一册抄表/).check()
    await form.getByRole('button', { name: '停用' }).click()
    await expect(section(page, '抄表册')).toContainText('起停用')
    await expect(page.getByRole('form', { name: '指派抄表员' })).toHaveCount(0)
    await page.getByRole('link', { name: '‹ 抄表册' }).click()
    await expect(page.getByRole('heading', { level: 1, name: '抄表册' })).toBeVisible()
    await expect(page.getByRole('link', { name: BOOK })).toHaveCount(0)
  })
  await leave()
})
