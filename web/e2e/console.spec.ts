import { expect, test } from '@playwright/test'
import { monthsFrom, thisMonth, today } from '../src/shared/when'
import { enter, section } from './helpers/desk'
import { PHONE, audit } from './helpers/watch'
import { asCustomer, query, world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36)

test('prices are drafted, tried on past months and published for a day to come', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.finance)
  await page.goto('/admin/tariffs')
  await page.getByRole('link', { name: /个版本、试算/ }).first().click()
  const draft = section(page, '新版本')
  const preview = section(page, '预览')
  const price = draft.getByRole('group', { name: '第 1 档' }).getByLabel('单价（元）')
  await expect(price).toHaveValue(/\d/)
  await price.fill('便宜')
  await expect(preview).toContainText('第 1 档的单价请写成 0.5 这样。')
  await price.fill('9.99')
  await expect(preview.getByRole('row').nth(1)).toContainText('9.99')
  const trial = section(page, '试算')
  await trial.getByLabel('从', { exact: true }).fill(monthsFrom(thisMonth(), -2))
  await trial.getByRole('button', { name: '试算' }).click()
  await expect(trial.getByRole('status')).toContainText('付得多的户', { timeout: 60_000 })
  await expect(trial.getByRole('row').nth(1)).toBeVisible()
  await audit(page, 'a tariff tried')
  await draft.getByLabel('从哪一天起').fill(`${2100 + (Math.floor(Date.now() / 60_000) % 7000)}-01-01`)
  await preview.getByLabel('已核对，发布后不能改').check()
  await preview.getByRole('button', { name: '发布' }).click()
  await expect(page.getByText(/已发布，\d{4}-01-01 起执行/)).toBeVisible()
  await expect(section(page, '版本')).toContainText('9.99')
  await leave()
})

test('an article is written, looked at, published for everybody and withdrawn', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.reviewer)
  const title = `冬季防冻 ${stamp}`
  await page.goto('/admin/articles')
  await page.getByText('写一篇').click()
  await page.getByLabel('标题').fill(title)
  await page.getByLabel('正文').fill('请注意：\n- 关好门窗\n- **夜间**滴水')
  await page.getByRole('button', { name: '存为草稿' }).click()
  const preview = section(page, '预览')
  await expect(preview.getByRole('listitem')).toHaveText(['关好门窗', '夜间滴水'])
  await page.getByLabel('正文').fill('请注意：\n- 关好门窗\n- **夜间**滴水\n- 包好水表')
  await expect(preview.getByRole('listitem')).toHaveCount(3)
  await page.getByRole('button', { name: '存为新稿' }).click()
  await expect(page.getByText('已存为新稿')).toBeVisible()
  await page.getByRole('button', { name: '发布第 2 稿' }).click()
  await expect(page.getByText('第 2 稿已发布')).toBeVisible()
  await audit(page, 'an article')

  const phone = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: PHONE })
  const reader = await phone.newPage()
  await asCustomer(reader, here, here.clerkPhone)
  await reader.goto('/m/articles')
  await reader.getByText(title).click()
  await expect(reader.getByRole('listitem').filter({ hasText: '包好水表' })).toBeVisible()
  await audit(reader, 'an article on the phone')

  await page.getByLabel('撤回原因').fill('写错了')
  await page.getByRole('button', { name: '撤回', exact: true }).click()
  await expect(page.getByText('已撤回，别人看不到了')).toBeVisible()
  await reader.reload()
  await expect(reader.locator('summary').first()).toBeVisible()
  await expect(reader.getByText(title)).toHaveCount(0)
  await phone.close()
  await leave()
})

test('a piece of equipment is entered, tested and written off', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.technician)
  const number = `E2E-${stamp}`
  await page.goto('/admin/equipment')
  await page.getByText('登记一件').click()
  await page.getByLabel('编号（刻在设备上的）').fill(number)
  const model = page.getByLabel('型号')
  const meter = await model.locator('option').filter({ hasText: '水表' }).first().getAttribute('value')
  await model.selectOption(meter)
  await page.locator('form').getByLabel('校区').last().selectOption({ index: 0 })
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await expect(page.getByText(`${number} 已登记`)).toBeVisible()
  const deal = page.getByRole('button', { name: `处理 ${number}` })
  await deal.click()
  await page.getByLabel('证书号').fill('JD-1')
  await page.getByRole('button', { name: '记下检定' }).click()
  await expect(page.getByText(`${number} 的检定已记下`)).toBeVisible()
  await audit(page, 'equipment')
  await deal.click()
  await page.getByLabel('报废原因').fill('摔坏')
  await page.getByRole('button', { name: '报废', exact: true }).click()
  await expect(page.getByText(`${number} 已报废`)).toBeVisible()
  await expect(deal).toHaveCount(0)
  await leave()
})

test('labels of many meters are printed as one file', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.technician)
  await page.goto('/admin/labels')
  await page.getByRole('button', { name: '选已显示的全部' }).click()
  await expect(page.getByText('已选 50 块')).toBeVisible()
  await audit(page, 'labels chosen')
  await page.getByRole('button', { name: '打印标签' }).click()
  const file = page.getByRole('link', { name: '下载 PDF' })
  await expect(page.getByText('50 张标签已排好')).toBeVisible()
  const answer = await page.request.get((await file.getAttribute('href')) ?? '')
  expect(answer.headers()['content-type']).toBe('application/pdf')
  expect((await answer.body()).subarray(0, 5).toString()).toBe('%PDF-')
  await leave()
})

test('meters are put behind a master, and its loss is told', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.technician)
  interface Found {
    meters: { nodes: { meterNo: string; commodity: string }[] }
  }
  const { meters } = await query<Found>(page, '{ meters(first: 100) { nodes { meterNo commodity } } }', {})
  const water = meters.nodes.filter(({ commodity }) => commodity === 'WATER')
  // Some of the demo's meters are masters, or behind one, already.
  const text = 'query E2eMasters($no: String!) { masterMeters(meterNo: $no) { meterNo } meterTree(meterNo: $no) { meterNo } }'
  const free: string[] = []
  for (const { meterNo } of water.reverse()) {
    const placed = await query<{ masterMeters: unknown[]; meterTree: unknown[] }>(page, text, { no: meterNo })
    if (placed.masterMeters.length === 0 && placed.meterTree.length < 2) free.push(meterNo)
    if (free.length === 2) break
  }
  const [master, behind] = free
  if (!master || !behind) throw new Error('no two water meters')
  await page.goto(`/admin/meters/${master}`)
  await page.getByRole('link', { name: '总分关系' }).click()
  await expect(page.getByText('这块表之下还没有分表。')).toBeVisible()
  await page.getByLabel('分表表号').fill(behind)
  await page.getByRole('form', { name: '挂接分表' }).getByLabel('从').fill(`${monthsFrom(thisMonth(), -6)}-01`)
  await page.getByRole('button', { name: '挂接分表' }).click()
  await expect(page.getByText(`${behind} 已挂到本表之下`)).toBeVisible()
  await expect(section(page, '损失')).toContainText('损失率')
  await expect(section(page, '总分关系').getByRole('row').nth(2)).toContainText(behind)
  await audit(page, 'a master with its sub-meter')
  await page.goto('/admin/losses')
  await expect(page.getByRole('link', { name: master })).toBeVisible()
  await page.goto(`/admin/losses/${master}`)
  await page.getByRole('button', { name: `摘下 ${behind}` }).click()
  await page.getByLabel(`从今天起摘下 ${behind}，原因`).fill('挂错了')
  await page.getByRole('button', { name: '摘下', exact: true }).last().click()
  await expect(page.getByText(`${behind} 已从总表摘下`)).toBeVisible()
  await leave()
})

test('a campaign asks customers to read, and ends', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.reviewer)
  const name = `冬季自抄 ${stamp}`
  await page.goto('/admin/campaigns')
  await page.getByText('请用户自助抄表').click()
  await page.getByLabel('活动编号').fill(`e2e-${stamp}`)
  await page.getByLabel('名称').fill(name)
  await page.locator('details').getByLabel('校区').selectOption({ index: 0 })
  await page.getByRole('button', { name: '开始' }).click()
  await expect(page.getByText('已请用户自助抄表')).toBeVisible()
  const row = page.locator('tbody tr').filter({ hasText: name })
  await expect(row).toContainText('进行中')
  await audit(page, 'campaigns')
  await page.getByRole('button', { name: `结束 ${name}` }).click()
  await expect(row).toContainText(`${today()} 结束`)
  await leave()
})

test('r76: usage is put together as the centre wants it, and laid out for a file', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.reviewer)
  const name = `楼栋用量 ${stamp}`
  await page.goto('/admin/reports')
  await expect(page.locator('tbody tr').first()).toBeVisible()
  await page.getByLabel('汇总').first().selectOption('CAMPUS')
  await expect(page).toHaveURL(/group=CAMPUS/)
  await expect(page.locator('tbody tr').first()).toContainText(/吨|度/)
  await page.getByText('下载报表').click()
  await page.getByLabel('版式编号').fill(`e2e-${stamp}`)
  await page.getByLabel('名称', { exact: true }).fill(name)
  await page.getByRole('button', { name: '存为版式' }).click()
  await expect(page.getByText(`报表“${name}”可以下载了`)).toBeVisible()
  await audit(page, 'a report')
  const file = await page.getByRole('link', { name: `下载 ${name} CSV` }).getAttribute('href')
  const answer = await page.request.get(file ?? '')
  expect(answer.ok()).toBe(true)
  expect(await answer.text()).toContain('用量')
  await page.getByRole('button', { name: `停用 ${name}` }).click()
  await expect(page.getByText(`报表“${name}”已停用`)).toBeVisible()
  await leave()
})

test('r28: a transfer shown at the counter is registered, and waits for finance', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.cashier)
  interface Found {
    accounts: { nodes: { accountNo: string }[] }
  }
  const { accounts } = await query<Found>(page, '{ accounts(first: 1) { nodes { accountNo } } }', {})
  const accountNo = accounts.nodes[0]?.accountNo ?? ''
  await page.goto('/admin/transfers')
  await page.getByText('登记窗口出示的转账').click()
  await page.getByLabel('缴费户号').fill(accountNo)
  await page.getByLabel('转账金额（元）').fill('没有')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await expect(page.getByText('转账金额请写成 86.50 这样。')).toBeVisible()
  await page.getByLabel('转账金额（元）').fill('1234.56')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await expect(page.getByText('已登记，由财务核对后入账')).toBeVisible()
  await expect(page.locator('tbody tr').filter({ hasText: '¥1,234.56' }).filter({ hasText: accountNo }).first()).toBeVisible()
  await audit(page, 'a slip registered')
  await leave()
})

test('r72: what waits and what is odd shows by itself, and goes on when the server is back', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.reviewer)
  const technician = await enter(browser, here.technician)
  let sockets = 0
  let drop = (): Promise<void> => Promise.resolve()
  await page.routeWebSocket('**/graphql', (socket) => {
    sockets += 1
    socket.connectToServer()
    drop = () => socket.close({ code: 1012, reason: 'the server restarts' })
  })
  await page.goto('/admin/')
  const todo = section(page, '待办')
  const waiting = todo.getByRole('link', { name: /待审读数/ }).locator('strong')
  await expect(waiting).toHaveText(/^\d+$/)
  const before = Number(await waiting.innerText())
  interface Found {
    meters: { nodes: { meterNo: string; commodity: string; lastReading: { index: string } | null }[] }
  }
  const text = '{ meters(first: 100) { nodes { meterNo commodity lastReading { index } } } }'
  const { meters } = await query<Found>(technician.page, text, {})
  const read = meters.nodes.filter(({ commodity, lastReading }) => commodity === 'WATER' && lastReading).reverse()
  const far = async ({ meterNo, lastReading }: Found['meters']['nodes'][number]) => {
    const index = (BigInt(lastReading?.index.split('.')[0] ?? '0') + 2000n).toString()
    const mutation = 'mutation Odd($input: SubmitReadingInput!) { submitReading(input: $input) { userErrors { message } } }'
    await query(technician.page, mutation, { input: { idempotencyKey: `odd-${meterNo}-${stamp}`, meterNo, index, channel: 'HANDHELD' } })
    return page.locator('tbody tr').filter({ hasText: meterNo }).filter({ hasText: index })
  }
  const first = await far(read[0]!)
  await expect(waiting).toHaveText(String(before + 1), { timeout: 20_000 })
  await page.goto('/admin/anomalies')
  await expect(first).toBeVisible()
  const opened = sockets
  await drop()
  await expect(await far(read[1]!)).toBeVisible({ timeout: 20_000 })
  expect(sockets).toBe(opened + 1)
  await audit(page, 'anomalies')
  await technician.leave()
  await leave()
})

test('a device is exchanged with both indices, a place taken out of use and back', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.technician)
  interface Found {
    meters: { nodes: { meterNo: string; inactivity: string | null; lastReading: { index: string } | null }[] }
  }
  const { meters } = await query<Found>(page, '{ meters(first: 100) { nodes { meterNo inactivity lastReading { index } } } }', {})
  const meter = meters.nodes.filter(({ inactivity, lastReading }) => !inactivity && lastReading).at(-10)
  if (!meter?.lastReading) throw new Error('no meter that was read')
  await page.goto(`/admin/meters/${meter.meterNo}`)
  await page.getByText('换表、停用').click()
  const form = page.getByRole('form', { name: '换表' })
  await form.getByLabel('新表硬件号').fill(`9${Date.now() % 1_000_000_000}`)
  await form.getByRole('button', { name: '换表' }).click()
  await expect(page.getByText('旧表的止码请写成表盘上的数字。')).toBeVisible()
  await form.getByLabel('旧表止码').fill((BigInt(meter.lastReading.index.split('.')[0] ?? '0') + 1n).toString())
  await form.getByLabel('为什么换').selectOption('FAULT')
  await form.getByRole('button', { name: '换表' }).click()
  await expect(page.getByText(/已换上 9\d+/)).toBeVisible()
  await expect(section(page, '用量')).toContainText('故障')
  await audit(page, 'a meter exchanged')
  await page.getByLabel('停用的原因').fill('整层腾空')
  await page.getByRole('button', { name: '停用', exact: true }).click()
  await expect(section(page, '表计资料')).toContainText('空置')
  await page.getByLabel('恢复使用的原因').fill('重新入住')
  await page.getByRole('button', { name: '恢复使用' }).click()
  await expect(section(page, '表计资料')).not.toContainText('空置')
  await leave()
})

test('an account is opened, given a meter, and gives it back', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.reviewer)
  interface Found {
    meters: { nodes: { meterNo: string; commodity: string; accountNo: string | null }[] }
    tariffs: { tariffId: string; commodity: string }[]
  }
  const text = '{ meters(first: 100) { nodes { meterNo commodity accountNo } } tariffs { tariffId commodity } }'
  const { meters, tariffs } = await query<Found>(page, text, {})
  const taken = meters.nodes.find(({ commodity, accountNo }) => commodity === 'WATER' && accountNo)
  const tariff = tariffs.find(({ commodity }) => commodity === 'WATER')
  if (!taken || !tariff) throw new Error('no water meter with an account')
  const accountNo = `19${Date.now() % 1_000_000}`
  await page.goto('/admin/accounts')
  await page.getByText('开户').first().click()
  await page.getByLabel('新户号').fill(accountNo)
  await page.getByLabel('所在校区').selectOption({ index: 0 })
  await page.getByLabel('户主或单位').fill('测试户')
  await page.getByLabel('地址', { exact: true }).fill('兰园9栋 901')
  await page.getByRole('button', { name: '开户' }).click()
  await expect(page.getByRole('heading', { name: `户号 ${accountNo}` })).toBeVisible()
  await page.getByText('接表、退表').click()
  const assign = page.getByRole('form', { name: '接表' })
  await assign.getByLabel('表号').fill(taken.meterNo)
  await assign.getByLabel('费率').selectOption(tariff.tariffId)
  await assign.getByRole('button', { name: '接表' }).click()
  // Somebody pays for it already, and the page says so.
  await expect(page.getByRole('alert')).toBeVisible()
  await audit(page, 'an account just opened')
  await page.goto(`/admin/accounts/${taken.accountNo}`)
  await page.getByText('接表、退表').click()
  const release = page.getByRole('form', { name: '退表' })
  await release.getByLabel('退哪块表').selectOption(taken.meterNo)
  await release.getByRole('button', { name: '退表' }).click()
  await expect(page.getByText(`${taken.meterNo} 付到 ${today()} 为止`)).toBeVisible()
  await page.goto(`/admin/accounts/${accountNo}`)
  await page.getByText('接表、退表').click()
  await assign.getByLabel('表号').fill(taken.meterNo)
  await assign.getByLabel('费率').selectOption(tariff.tariffId)
  await assign.getByRole('button', { name: '接表' }).click()
  await expect(page.getByText(`${taken.meterNo} 从 ${today()} 起由本户付`)).toBeVisible()
  await expect(section(page, '户号资料')).toContainText(taken.meterNo)
  await leave()
})

test('r4: a correction is asked for on the reading and waits for somebody else', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.reviewer)
  interface Found {
    readingReview: { nodes: { readingId: string; index: string }[] }
  }
  const { readingReview } = await query<Found>(page, '{ readingReview(status: ACCEPTED, first: 30) { nodes { readingId index } } }', {})
  const reading = readingReview.nodes.at(-1)
  if (!reading) throw new Error('no accepted reading')
  await page.goto(`/admin/readings/${reading.readingId}`)
  await page.getByLabel('表盘上应是').fill((BigInt(reading.index.split('.')[0] ?? '0') + 1n).toString())
  await page.getByLabel('更正的原因').fill('看错一位')
  await page.getByRole('button', { name: '申请更正' }).click()
  await expect(page.getByText('已申请更正，等另一人批准')).toBeVisible()
  await audit(page, 'a correction asked for')
  await page.goto('/admin/corrections')
  await expect(page.getByText('看错一位').first()).toBeVisible()
  await leave()
})

test('r96: what platforms send through is shown as it passes, and what was held up', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.technician)
  const frame = { collectorNo: 'DCU-01', address: null, at: '2026-11-28T05:06:07Z' }
  const latest = [
    { ...frame, number: 3, what: '透传被拦截', frame: '68AA0216' },
    { ...frame, number: 2, what: '透传', frame: '68AA0116' },
    { ...frame, number: 1, what: '应答 1.00 kWh', frame: '68AA0016' },
  ]
  // No platform comes to the demo: its frames are told as the server would.
  await page.routeWebSocket('**/graphql', (socket) => {
    socket.onMessage((text) => {
      const { id, type, payload } = JSON.parse(String(text)) as { id?: string; type: string; payload?: { query: string } }
      if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }))
      if (type !== 'subscribe' || !payload?.query.includes('collectorFrames')) return
      socket.send(JSON.stringify({ id, type: 'next', payload: { data: { collectorFrames: { latest } } } }))
    })
  })
  await page.goto('/admin/forwarding')
  const passing = section(page, '正在通过的报文')
  await expect(passing.getByRole('listitem')).toHaveCount(2)
  await expect(passing.getByRole('listitem').first()).toContainText('透传被拦截')
  await expect(passing).toContainText('68 AA 01 16')
  await expect(section(page, '采集器').first()).toContainText('DCU-01')
  await audit(page, 'forwarding')
  await page.goto('/admin/collectors/DCU-01')
  const frames = section(page, '实时报文')
  await expect(frames.getByRole('listitem')).toHaveCount(3)
  await frames.getByLabel('只看透传').check()
  await expect(frames.getByRole('listitem')).toHaveCount(2)
  await leave()
})

test('r96: a year’s days off are loaded with the papers they are from, and changed', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.admin)
  const year = 2060 + (Math.floor(Date.now() / 60_000) % 40)
  await page.goto('/admin/calendar')
  await page.getByText('载入一年的放假安排').click()
  const form = page.getByRole('form', { name: '载入一年的放假安排' })
  await form.getByLabel('年份').fill(String(year))
  await form.getByLabel(/依据的文件/).fill(`国办发明电〔${year - 1}〕5号`)
  await form.getByLabel(/放假的日子/).fill('元旦')
  await form.getByRole('button', { name: '载入' }).click()
  await expect(page.getByText('“元旦”不是日期。')).toBeVisible()
  await form.getByLabel(/放假的日子/).fill(`${year}-01-01 至 ${year}-01-03`)
  await form.getByRole('button', { name: '载入' }).click()
  await expect(page.getByText(`${year} 年的日历已载入`)).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: `${year} 年` })
  await expect(row).toContainText('1月1日至3日')
  await audit(page, 'a calendar')
  await page.getByRole('button', { name: `更改 ${year} 年` }).click()
  await expect(form.getByLabel(/放假的日子/)).toHaveValue(`${year}-01-01 至 ${year}-01-03`)
  await form.getByLabel(/放假的日子/).fill(`${year}-01-01`)
  await form.getByRole('button', { name: '载入' }).click()
  await expect(row).toContainText('1月1日')
  await expect(row).not.toContainText('至3日')
  await leave()
})
