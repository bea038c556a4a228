import { expect, test, type Browser, type Page } from '@playwright/test'
import { does, enter, hire, section } from './helpers/desk'
import { audit, DESK, listen } from './helpers/watch'
import { asCustomer, asStaff, query, world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36)
/** A week so far ahead that nothing is planned there, nor was by another run of these tests. */
const weeks = 4 + (Math.floor(Date.now() / 1000) % 400)
const day = new Date(Date.now() + (weeks * 7 * 24 + 8) * 3_600_000).toISOString().slice(0, 10)
const short = day.slice(5)
const place = `一幢二单元${stamp}`

interface Campuses {
  campuses: { campusId: string; name: string }[]
}

async function twoCampuses(page: Page) {
  const [own, other] = (await query<Campuses>(page, '{ campuses { campusId name } }', {})).campuses
  if (!own || !other) throw new Error('there are no two campuses')
  return { own, other }
}

/** A resident asks for a day, without a slot. */
async function ask(browser: Browser, campusId: string): Promise<void> {
  const context = await browser.newContext({ baseURL: here.baseUrl })
  const page = await context.newPage()
  await asCustomer(page, here, here.residentPhone)
  await does(page, 'requestAppointment', 'RequestAppointmentInput', { kind: 'FAULT_CHECK', campusId, place, wishedOn: day })
  await context.close()
}

const wasSaid = (page: Page, text: string) => expect(page.getByText(text)).toBeVisible()

test('r57_slots_are_planned_and_a_visit_that_waits_is_given_one_and_moved', async ({ browser }) => {
  const manager = await enter(browser, here.reviewer)
  const { page } = manager
  const { campusId } = (await twoCampuses(page)).own
  await ask(browser, campusId)
  const slots = `/admin/visit-slots?campus=${campusId}&day=${day}`
  const plan = section(page, '排一天')
  const week = section(page, '一周的时段')

  await test.step('a day of somebody is planned, and what is written is checked first', async () => {
    await page.goto('/admin/')
    await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '预约时段' }).click()
    await expect(page.getByRole('heading', { name: '预约时段', level: 1 })).toBeVisible()
    await page.goto(slots)
    await wasSaid(page, '这一周还没有排时段')
    await plan.getByLabel('人员（工号）').fill(here.cashier.login)
    await plan.getByLabel('日期').selectOption(day)
    await plan.getByLabel('时段，一行一个').fill('09:00-10:00\n上午十点')
    await wasSaid(page, '“上午十点”不是时段')
    await expect(plan.getByRole('button', { name: '排时段' })).toBeDisabled()
    await audit(page, 'a day being planned')
    await plan.getByLabel('时段，一行一个').fill('9:00-10:00\n10:00 至 11:00')
    await plan.getByRole('button', { name: '排 2 个时段' }).click()
    await wasSaid(page, '该工作人员没有上门服务的权限')
    await plan.getByLabel('人员（工号）').fill(here.technician.login)
    await plan.getByRole('button', { name: '排 2 个时段' }).click()
    await wasSaid(page, '已排 2 个时段')
    await expect(week.getByText('空闲')).toHaveCount(2)
    await audit(page, 'a week of slots')
  })

  const row = page.getByRole('row').filter({ hasText: place })
  await test.step('whoever asked for a day is given a slot of it', async () => {
    await page.goto(`/admin/visits?status=REQUESTED&campus=${campusId}`)
    await expect(row).toContainText('待安排')
    await page.getByRole('button', { name: `安排 ${place}` }).click()
    const choice = section(page, '安排时段')
    await expect(choice).toContainText(short)
    await choice.getByLabel('空闲时段').selectOption({ label: await optionOf(page, '09:00–10:00') })
    await audit(page, 'a slot being chosen')
    await choice.getByRole('button', { name: '安排到这个时段' }).click()
    await wasSaid(page, '已安排并确认，会通知对方')
    await expect(row).toHaveCount(0)
  })

  await test.step('a slot that is taken is told from a free one, and stays in the day', async () => {
    await page.goto(slots)
    await expect(week.getByText('已约')).toHaveCount(1)
    await page.getByRole('button', { name: `更改 ${here.technician.login} ${short}` }).click()
    await expect(plan).toContainText('已约的不能去掉：09:00–10:00')
    await plan.getByLabel('时段，一行一个').fill('')
    await plan.getByRole('button', { name: '这一天不接受预约' }).click()
    await expect(plan.getByRole('alert')).toContainText('当天已有预约，不能取消其时段')
    await audit(page, 'a day that cannot be emptied')
  })

  await test.step('the visit is moved to another slot, and its own is free again', async () => {
    await page.goto(`/admin/visits?status=CONFIRMED&campus=${campusId}&from=${day}`)
    await expect(row).toContainText(`${day} 09:00`)
    await page.getByRole('button', { name: `改期 ${place}` }).click()
    const choice = section(page, '改期')
    await expect(choice).toContainText('改期后空出来')
    await choice.getByLabel('从哪天起找').fill(day)
    await choice.getByLabel('空闲时段').selectOption({ label: await optionOf(page, '10:00–11:00') })
    await choice.getByRole('button', { name: '改到这个时段' }).click()
    await wasSaid(page, '已改期，会通知对方')
    await expect(row).toContainText(`${day} 10:00`)
    await page.goto(slots)
    const taken = week.getByRole('listitem').filter({ hasText: '已约' })
    await expect(taken).toHaveCount(1)
    await expect(taken).toContainText('10:00–11:00')
  })

  await test.step('whoever makes visits sees the week and plans nothing; others do not see it', async () => {
    const technician = await enter(browser, here.technician)
    await technician.page.goto(slots)
    await expect(section(technician.page, '一周的时段').getByText('已约')).toHaveCount(1)
    await expect(section(technician.page, '排一天')).toHaveCount(0)
    await expect(technician.page.getByRole('button', { name: /^更改/ })).toHaveCount(0)
    await technician.leave()
    const auditor = await enter(browser, here.auditor)
    await auditor.page.goto(slots)
    await expect(auditor.page.getByRole('heading', { name: '没有权限' })).toBeVisible()
    await auditor.leave()
  })

  await test.step('the campus is left as it was', async () => {
    interface Visits {
      appointments: { nodes: { appointmentId: string; place: string }[] }
    }
    const text = 'query E2eVisits($from: Date) { appointments(status: CONFIRMED, from: $from, first: 100) { nodes { appointmentId place } } }'
    const { appointments } = await query<Visits>(page, text, { from: day })
    const { appointmentId } = appointments.nodes.find((one) => one.place === place) ?? {}
    await does(page, 'cancelAppointment', 'CancelAppointmentInput', { appointmentId, text: '练习' })
    await page.goto(slots)
    await page.getByRole('button', { name: `更改 ${here.technician.login} ${short}` }).click()
    await plan.getByLabel('时段，一行一个').fill('')
    await plan.getByRole('button', { name: '这一天不接受预约' }).click()
    await expect(plan.getByText(/不接受预约$/).first()).toBeVisible()
    await wasSaid(page, '这一周还没有排时段')
  })
  await manager.leave()
})

/** The words of the choice that names these hours of the day. */
async function optionOf(page: Page, hours: string): Promise<string> {
  const option = page.locator('option').filter({ hasText: `${short}` }).filter({ hasText: hours }).first()
  await expect(option).toBeAttached()
  return (await option.innerText()).trim()
}

test('r86_whoever_is_confined_to_a_campus_sees_what_belongs_to_it_alone', async ({ browser }) => {
  const admin = await enter(browser, here.admin)
  const { page } = admin
  const { own, other } = await twoCampuses(page)
  const { campusId, name } = own
  const reader = await hire(browser, page, { login: `he.${stamp}`, roles: ['READER'], campusId })
  const everywhere = await hire(browser, page, { login: `hu.${stamp}`, roles: ['READER'] })

  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: DESK })
  const colleague = await context.newPage()
  const complaints = listen(colleague)
  const rows = colleague.locator('tbody tr')
  await asStaff(colleague, reader)
  await colleague.goto(`/admin/meters?campus=${other.campusId}`)
  await expect(rows.filter({ hasText: other.name })).not.toHaveCount(0)

  await test.step('who is to be confined is told what that does before it is done', async () => {
    await page.goto('/admin/staff')
    await page.getByRole('button', { name: `设置 ${reader.login}` }).click()
    await page.getByRole('switch', { name: '仅限本校区' }).check()
    const sure = section(page, '确认更改辖区')
    await expect(sure).toContainText('会被退出登录')
    await expect(sure).toContainText(`只能改属于${name}的`)
    await audit(page, 'somebody about to be confined')
    await sure.getByRole('button', { name: '不改了' }).click()
    await expect(page.getByRole('switch', { name: '仅限本校区' })).not.toBeChecked()
    await page.getByRole('switch', { name: '仅限本校区' }).check()
    await sure.getByRole('button', { name: '限于本校区' }).click()
    await wasSaid(page, `${reader.login} 已限于${name}，须重新登录`)
    const row = page.getByRole('row').filter({ has: page.getByRole('button', { name: `设置 ${reader.login}` }) })
    await expect(row).toContainText('仅限本校区')
  })

  await test.step('they are signed out, and then see their campus alone', async () => {
    await colleague.reload()
    await expect(colleague.getByLabel('工号')).toBeVisible()
    await asStaff(colleague, reader)
    await colleague.goto('/admin/meters')
    await expect(rows.filter({ hasText: name })).not.toHaveCount(0)
    await expect(rows.filter({ hasNotText: name })).toHaveCount(0)
    const text = 'query E2eMeters($campus: String) { meters(campus: $campus, first: 1) { nodes { meterNo } } }'
    expect(await query<object | null>(colleague, text, { campus: other.campusId })).toBeNull()
    await colleague.goto('/admin/visit-slots')
    await expect(colleague.getByLabel('校区')).toHaveValue(campusId)
  })

  await test.step('nobody confines themselves, and nobody without a campus is confined', async () => {
    for (const [login, refusal] of [
      [here.admin.login, '不能更改自己的辖区'],
      [everywhere.login, '没有登记所属校区，无从限定辖区'],
    ] as const) {
      await page.getByRole('button', { name: `设置 ${login}` }).click()
      await page.getByRole('switch', { name: '仅限本校区' }).check()
      await page.getByRole('button', { name: '限于本校区' }).click()
      await wasSaid(page, refusal)
      await expect(page.getByRole('switch', { name: '仅限本校区' })).not.toBeChecked()
    }
  })

  await test.step('a second step is taken off on purpose only, and only where there is one', async () => {
    await page.getByRole('button', { name: '解除两步验证' }).click()
    const sure = section(page, '确认解除两步验证')
    await expect(sure).toContainText('只凭密码就能登录')
    await audit(page, 'a second step about to be taken off')
    await sure.getByRole('button', { name: '确认解除' }).click()
    await wasSaid(page, '该人员没有开启两步验证')
  })

  await test.step('the campus is left as it was', async () => {
    await does(page, 'endEmployment', 'EndEmploymentInput', { login: reader.login })
    await does(page, 'endEmployment', 'EndEmploymentInput', { login: everywhere.login })
  })
  expect(complaints).toEqual([])
  await context.close()
  await admin.leave()
})
