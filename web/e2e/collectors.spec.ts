import { expect, test, type Browser, type Page } from '@playwright/test'
import { DESK, audit, listen } from './helpers/watch'
import { asStaff, query, world, type Staff } from './helpers/world'

const here = world()
/** The simulated meters answer at once; a round of others may be before them. */
const ANSWERED = { timeout: 60_000 }

async function enter(browser: Browser, staff: Staff) {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: DESK })
  const page = await context.newPage()
  const complaints = listen(page)
  await asStaff(page, staff)
  return { context, page, complaints }
}

interface Behind {
  collector: { meters: { meterNo: string; lastHeard: string | null }[] }
}

/** The last meters behind it: the first ones may be somebody else's example. */
async function meterBehind(page: Page, collectorNo: string, fromTheEnd: number): Promise<string> {
  const text = 'query E2eBehind($no: String!) { collector(collectorNo: $no) { meters { meterNo lastHeard } } }'
  const { collector } = await query<Behind>(page, text, { no: collectorNo })
  return collector.meters.at(-fromTheEnd)?.meterNo ?? ''
}

async function register(page: Page, no: string): Promise<void> {
  await page.getByText('登记采集器').click()
  const form = page.getByRole('form', { name: '登记采集器' })
  await form.getByLabel('编号（与设备上报的一致）').fill(no)
  await form.getByLabel('校区').selectOption({ index: 0 })
  await form.getByLabel('安装位置').fill('三号楼弱电井')
  await form.getByRole('button', { name: '登记', exact: true }).click()
  await expect(page.getByText(`采集器 ${no} 已登记`)).toBeVisible()
}

async function retire(page: Page): Promise<void> {
  await page.getByText('停用这台采集器').click()
  await page.getByLabel('停用的原因').fill('换新设备')
  await page.getByRole('button', { name: '停用', exact: true }).click()
  await expect(page.getByText('已停用', { exact: true })).toBeVisible()
}

test('r96_collectors_are_listed_registered_set_and_retired', async ({ browser }) => {
  const { context, page, complaints } = await enter(browser, here.technician)
  await page.goto('/admin/')
  await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '采集器' }).click()
  for (const no of ['DCU-01', 'DCU-02']) {
    await expect(page.getByRole('row').filter({ hasText: no }).getByText('在线', { exact: true })).toBeVisible()
  }
  await audit(page, 'collectors')

  const no = `E2E-${Date.now()}`
  await test.step('one is registered and has never been heard', async () => {
    await register(page, no)
    const row = page.getByRole('row').filter({ hasText: no })
    await expect(row.getByText('从未上线')).toBeVisible()
    await row.getByRole('link', { name: no }).click()
  })

  await test.step('its rounds are set otherwise, and stay so', async () => {
    const form = page.getByRole('form', { name: '采集设置' })
    await form.getByLabel('采集间隔').selectOption('30')
    await form.getByLabel('记为抄表读数').selectOption('')
    await page.getByRole('button', { name: '更改设置' }).click()
    await expect(page.getByText('采集设置已更改')).toBeVisible()
    await page.reload()
    await expect(form.getByLabel('采集间隔')).toHaveValue('30')
    await expect(form.getByLabel('记为抄表读数')).toHaveValue('')
  })

  await test.step('an address that is no address is refused in words', async () => {
    await page.getByText('接入表计', { exact: true }).click()
    const form = page.getByRole('form', { name: '接入表计' })
    await form.getByLabel('表号').fill(await meterBehind(page, 'DCU-01', 1))
    await form.getByLabel('通信地址').fill('12')
    await form.getByRole('button', { name: '接入' }).click()
    await expect(page.getByRole('alert')).toContainText('地址')
  })

  await test.step('without meters it is retired', async () => {
    await retire(page)
    await audit(page, 'a retired collector')
  })
  expect(complaints).toEqual([])
  await context.close()
})

async function take(page: Page, collectorNo: string, meterNo: string): Promise<string> {
  await page.goto(`/admin/collectors/${collectorNo}`)
  const row = page.getByRole('region', { name: '接入的表计' }).getByRole('row').filter({ hasText: meterNo })
  const address = (await row.getByRole('cell').nth(1).innerText()).trim()
  await row.getByRole('button', { name: `解除 ${meterNo}` }).click()
  const reason = page.getByLabel(`解除 ${meterNo} 的原因`)
  await reason.fill('换到另一台')
  await reason.press('Enter')
  await expect(page.getByText(`${meterNo} 已解除`)).toBeVisible()
  await expect(row).toHaveCount(0)
  return address
}

async function hang(page: Page, collectorNo: string, meterNo: string, address: string): Promise<void> {
  await page.goto(`/admin/collectors/${collectorNo}`)
  await page.getByText('接入表计', { exact: true }).click()
  const form = page.getByRole('form', { name: '接入表计' })
  await form.getByLabel('表号').fill(meterNo)
  await form.getByLabel('通信地址').fill(address)
  await form.getByLabel(/远程通断/).check()
  await form.getByRole('button', { name: '接入' }).click()
  await expect(page.getByText(`${meterNo} 已接入`)).toBeVisible()
  await expect(page.getByRole('region', { name: '接入的表计' }).first()).toContainText(address)
}

test('r33_r96_a_meter_hangs_elsewhere_and_an_order_that_waits_is_taken_back', async ({ browser }) => {
  const { context, page, complaints } = await enter(browser, here.technician)
  const meterNo = await meterBehind(page, 'DCU-02', 1)
  const address = await take(page, 'DCU-02', meterNo)
  const silent = `E2E-S${Date.now()}`
  await page.goto('/admin/collectors')
  await register(page, silent)
  await hang(page, silent, meterNo, address)

  await page.goto(`/admin/orders?meterNo=${meterNo}`)
  const form = page.getByRole('form', { name: '下达指令' })
  await form.getByLabel('原因').fill('核对读数')
  await form.getByRole('button', { name: '下达召测' }).click()
  await expect(page.getByRole('status')).toContainText('等采集器空闲')
  await page.getByRole('button', { name: `撤回 ${meterNo}` }).click()
  const reason = page.getByLabel(/^撤回 .* 的原因$/)
  await reason.fill('采集器还没装好')
  await reason.press('Enter')
  await expect(page.getByText(`${meterNo} 的召测已撤回`)).toBeVisible()
  await expect(page.getByRole('region', { name: '设备指令' }).getByRole('row').nth(1)).toContainText('已撤回')
  await expect(page.getByRole('status')).toContainText('已撤回：采集器还没装好')

  expect(await take(page, silent, meterNo)).toBe(address)
  await retire(page)
  await hang(page, 'DCU-02', meterNo, address)
  expect(complaints).toEqual([])
  await context.close()
})

test('r33_r96_a_meter_is_read_at_once_and_its_intervals_are_looked_at', async ({ browser }) => {
  const { context, page, complaints } = await enter(browser, here.technician)
  const meterNo = await meterBehind(page, 'DCU-01', 1)
  await page.goto(`/admin/meters/${meterNo}`)
  const remote = page.getByRole('region', { name: '远传' })
  await expect(remote.getByRole('link', { name: 'DCU-01' })).toBeVisible()
  await remote.getByRole('button', { name: '召测' }).click()
  await expect(remote.getByRole('status')).toContainText(/读数 \d+(\.\d+)?，/, ANSWERED)
  const intervals = page.getByRole('region', { name: '间隔数据' })
  await intervals.getByLabel('日期').fill('2026-01-01')
  await expect(intervals.getByText('这一天没有间隔数据。')).toBeVisible()

  await test.step('a day with a gap and a leak shows both', async () => {
    // The demo has its first interval a quarter of an hour after its start.
    const moved = Array.from({ length: 96 }, (_, at) => (at === 30 ? null : at < 24 ? '0.02' : '0.25'))
    const leak = { rule: 'V25', message: '凌晨每小时都有水流，可能漏水' }
    const day = { day: '2026-01-02', collectorNo: 'DCU-01', stepMinutes: 15, moved, findings: [leak] }
    await page.route('**/graphql', (route) =>
      (route.request().postData() ?? '').includes('query RemoteIntervals')
        ? route.fulfill({ json: { data: { meterIntervals: [day] } } })
        : route.continue(),
    )
    await intervals.getByLabel('日期').fill(day.day)
    const chart = intervals.getByRole('img', { name: '95 个间隔共 18.23 吨，缺 1 个' })
    await expect(chart.locator('.gap')).toHaveCount(1)
    await expect(chart.locator('rect')).toHaveCount(96)
    await expect(intervals.getByRole('list', { name: '规则发现' })).toContainText('V25 凌晨每小时都有水流')
  })
  await audit(page, 'a remote meter')
  expect(complaints).toEqual([])
  await context.close()
})

test('r33_r96_an_emergency_cut_off_is_confirmed_restored_and_seen_on_the_line', async ({ browser }) => {
  const { context, page, complaints } = await enter(browser, here.technician)
  const meterNo = await meterBehind(page, 'DCU-01', 2)
  const watching = await context.newPage()
  const alsoComplaints = listen(watching)
  await watching.goto('/admin/collectors/DCU-01')
  const frames = watching.getByRole('list', { name: '报文' })
  await expect(frames.locator('code').first()).toHaveText(/^[0-9A-F]{2}( [0-9A-F]{2})+$/)

  await page.goto(`/admin/meters/${meterNo}`)
  await page.getByRole('link', { name: '通断与其他指令' }).click()
  const form = page.getByRole('form', { name: '下达指令' })
  await expect(form.getByLabel('表号')).toHaveValue(meterNo)
  await form.getByLabel('做什么').selectOption('CUT_OFF')
  await form.getByLabel('紧急').check()
  await expect(form.getByRole('alert')).toContainText('险情')
  await form.getByLabel('原因').fill('地下室进水')
  await audit(page, 'an order')
  await form.getByRole('button', { name: '下达拉闸（关阀）' }).click()
  const came = page.getByRole('status')
  await expect(came).toContainText('拉闸（关阀）已由表计确认', ANSWERED)
  const first = page.getByRole('region', { name: '设备指令' }).getByRole('row').nth(1)
  await expect(first).toContainText('拉闸（关阀）（紧急）')
  await expect(first).toContainText('已确认')
  await expect(frames.getByText('指令已发出').first()).toBeVisible()

  await test.step('the frames stand still on request', async () => {
    await watching.getByRole('button', { name: '暂停' }).click()
    await expect(watching.getByText('已暂停')).toBeVisible()
    const before = await frames.getByText('指令已发出').count()
    await form.getByLabel('做什么').selectOption('RESTORE')
    await form.getByLabel('原因').fill('水已排净')
    await form.getByRole('button', { name: '下达合闸（开阀）' }).click()
    await expect(came).toContainText('合闸（开阀）已由表计确认', ANSWERED)
    await expect(first).toContainText('合闸（开阀）')
    await expect(first).toContainText('已确认')
    expect(await frames.getByText('指令已发出').count()).toBe(before)
    await watching.getByRole('button', { name: '继续' }).click()
    await expect(frames.getByText('指令已发出')).not.toHaveCount(before)
  })
  await audit(page, 'orders')
  await audit(watching, 'a collector')
  expect([...complaints, ...alsoComplaints]).toEqual([])
  await context.close()
})

test('r33_an_order_with_an_unknown_outcome_is_settled_by_who_looked', async ({ browser }) => {
  const { context, page, complaints } = await enter(browser, here.technician)
  // No meter of the demo leaves its outcome unknown: what the server would say is said here.
  const order = {
    orderId: 'e2e-unknown',
    meterNo: 'W0000001',
    collectorNo: 'DCU-01',
    act: 'CUT_OFF',
    reason: '欠费停供',
    dispatchedAt: '2026-11-28T02:00:00Z',
    note: null,
  }
  let settled: unknown = null
  await page.route('**/graphql', async (route) => {
    const asked = route.request().postDataJSON() as { query: string; variables: { input?: unknown } }
    if (asked.query.includes('mutation SettleOrder')) {
      settled = asked.variables.input
      return route.fulfill({ json: { data: { settleDeviceOrder: { userErrors: [] } } } })
    }
    if (!asked.query.includes('query UnsettledOrders')) return route.continue()
    const nodes = settled ? [] : [order]
    const pageInfo = { hasNextPage: false, endCursor: null }
    return route.fulfill({ json: { data: { deviceOrders: { totalCount: nodes.length, pageInfo, nodes } } } })
  })
  await page.goto('/admin/orders')
  const waiting = page.getByRole('region', { name: '待核实' }).first()
  await expect(waiting).toContainText('W0000001')
  await waiting.getByRole('button', { name: '核实 W0000001' }).click()
  const form = page.getByRole('form', { name: '核实指令' })
  await form.getByLabel('现场看到').selectOption('OFF')
  await expect(form.getByRole('button', { name: '登记核实结果' })).toBeDisabled()
  await form.getByLabel('谁去看的、看到什么').fill('江波到现场，已断电')
  await audit(page, 'an order to be settled')
  await form.getByRole('button', { name: '登记核实结果' }).click()
  await expect(page.getByText('W0000001 已核实为「断」')).toBeVisible()
  expect(settled).toMatchObject({ orderId: 'e2e-unknown', seen: 'OFF', note: '江波到现场，已断电' })
  await expect(page.getByRole('region', { name: '待核实' })).toHaveCount(0)
  expect(complaints).toEqual([])
  await context.close()
})

test('r33_whoever_may_not_order_sees_orders_and_gives_none', async ({ browser }) => {
  const { context, page, complaints } = await enter(browser, here.finance)
  await page.goto('/admin/orders')
  await expect(page.getByRole('heading', { name: '设备指令' })).toBeVisible()
  await expect(page.getByRole('form', { name: '下达指令' })).toHaveCount(0)
  await page.goto('/admin/collectors/DCU-01')
  await expect(page.getByText('每 15 分钟一次')).toBeVisible()
  await expect(page.getByRole('button', { name: /^解除/ })).toHaveCount(0)
  expect(complaints).toEqual([])
  await context.close()
})
