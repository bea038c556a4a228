import { expect, test, type Browser, type Page } from '@playwright/test'
import { PHONE, audit, listen } from './helpers/watch'
import { asStaff, dialPhoto, query, world } from './helpers/world'

const here = world()

interface MeterNow {
  meter: { lastReading: { index: string }; readings: { nodes: { index: string; photo: string | null; readAt: string }[] } }
}

async function readings(page: Page, meterNo: string) {
  const text = `query Now($no: String!) {
    meter(meterNo: $no) { lastReading { index } readings(first: 10) { nodes { index photo readAt } } }
  }`
  return (await query<MeterNow>(page, text, { no: meterNo })).meter
}

/** Sends the reader out with three meters of a book of theirs, in a month that has no round yet. */
async function sendOut(browser: Browser): Promise<string[]> {
  const context = await browser.newContext({ baseURL: here.baseUrl })
  const page = await context.newPage()
  await asStaff(page, here.reviewer)
  interface Books {
    readingBooks: { book: string; campus: string; reader: string | null }[]
  }
  interface Meters {
    meters: { nodes: { meterNo: string; selfRead: boolean; commodity: string; lastReading: { readAt: string } | null }[] }
  }
  const { readingBooks } = await query<Books>(page, '{ readingBooks { book campus reader } }', {})
  const own = readingBooks.find(({ reader }) => reader === here.reader.login)
  if (!own) throw new Error('the reader has no book')
  const text = 'query Book($book: String!) { meters(book: $book, first: 50) { nodes { meterNo selfRead commodity lastReading { readAt } } } }'
  const { meters } = await query<Meters>(page, text, { book: own.book })
  // Read today already, another index would be no plain reading any more.
  const yesterday = Date.now() - 86_400_000
  const water = meters.nodes.filter(
    ({ selfRead, commodity, lastReading }) =>
      !selfRead && commodity === 'WATER' && lastReading && Date.parse(lastReading.readAt) < yesterday,
  )
  const meterNos = water.slice(0, 3).map(({ meterNo }) => meterNo)
  expect(meterNos).toHaveLength(3)
  // A month so far off that no other run of these tests has taken it.
  const month = `${2100 + (Math.floor(Date.now() / 1000) % 800)}-01`
  interface Opened {
    openReadingRound: { userErrors: { message: string }[] }
  }
  const opened = await query<Opened>(
    page,
    'mutation Out($input: OpenReadingRoundInput!) { openReadingRound(input: $input) { userErrors { message } } }',
    {
      input: {
        idempotencyKey: `e2e-field-${Date.now()}`,
        book: own.book,
        month,
        campusId: own.campus,
        dueOn: `${month}-28`,
        meterNos,
        reader: here.reader.login,
      },
    },
  )
  expect(opened.openReadingRound.userErrors).toEqual([])
  await context.close()
  return meterNos
}

async function read(page: Page, meterNo: string, index: string): Promise<void> {
  await page.getByLabel('表号或条码').fill(meterNo)
  await page.getByRole('button', { name: '打开' }).click()
  await expect(page.getByRole('heading', { name: meterNo })).toBeVisible()
  await page.getByLabel('现在表盘上的数字').fill(index)
  const buffer = await dialPhoto(page, index)
  await page.getByLabel('表盘照片').setInputFiles({ name: 'dial.png', mimeType: 'image/png', buffer })
  await expect(page.getByText('照片已存好')).toBeVisible()
  await page.getByRole('button', { name: '保存' }).click()
  await expect(page.getByRole('heading', { name: '今日抄表' })).toBeVisible()
}

test('r22_x9: what a reader does without a network is kept through a restart and counts exactly once', async ({ browser }) => {
  const [first = '', second = '', third = ''] = await sendOut(browser)
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: PHONE })
  let page = await context.newPage()
  const complaints = listen(page)

  await test.step('the reader logs in and sees the walk with the last index beside each meter', async () => {
    await page.goto('/m/staff')
    await audit(page, 'field login')
    await page.getByLabel('工号').fill(here.reader.login)
    await page.getByLabel('密码').fill(here.reader.password)
    await page.getByRole('button', { name: '登录' }).click()
    await expect(page.getByRole('link', { name: first })).toContainText('上次')
    await audit(page, 'today’s walk')
  })

  const before = await readings(page, first)
  const next = (BigInt(before.lastReading.index.split('.')[0] ?? '0') + 1n).toString()
  const other = (BigInt((await readings(page, second)).lastReading.index.split('.')[0] ?? '0') + 1n).toString()

  await test.step('every page the basement needs has been loaded before the network goes', async () => {
    await page.getByRole('link', { name: first }).click()
    await expect(page.getByLabel('现在表盘上的数字')).toBeVisible()
    await audit(page, 'a meter’s card')
    await page.getByRole('link', { name: '今日抄表' }).click()
    await page.getByRole('link', { name: '看记录' }).click().catch(() => page.getByRole('button', { name: '看记录' }).click())
    await expect(page.getByText('手机里没有记录。')).toBeVisible()
    await page.getByRole('link', { name: '今日抄表' }).click()
  })

  await test.step('without a network two meters are read, and a reason is noted for the third', async () => {
    await context.setOffline(true)
    await read(page, first, next)
    await read(page, second, other)
    await page.getByRole('link', { name: third }).click()
    await page.getByText('这次抄不了').click()
    await page.getByLabel('原因').selectOption({ label: '门锁' })
    await page.getByRole('button', { name: '记下原因' }).click()
    await expect(page.getByLabel('同步')).toContainText('还有 3 条没有上传')
    expect(complaints.splice(0).filter((one) => !one.includes('ERR_INTERNET_DISCONNECTED'))).toEqual([])
  })

  await test.step('the phone is switched off; the first sending arrives, but its answer is lost', async () => {
    await page.close()
    await context.setOffline(false)
    page = await context.newPage()
    let lost = 0
    await page.route('**/graphql', async (route) => {
      if (lost > 0 || !route.request().postData()?.includes('SyncFieldWork')) return route.continue()
      lost += 1
      await route.fetch()
      return route.abort()
    })
    await page.goto('/m/staff')
    await expect(page.getByText('数据都在手机里')).toBeVisible()
    expect(lost).toBe(1)
    await expect(page.getByLabel('同步')).toContainText('还有 3 条没有上传')
  })

  await test.step('sent again, everything counts once, with its photo and its own time', async () => {
    await page.getByRole('button', { name: '同步' }).click()
    await expect(page.getByLabel('同步')).toContainText('都已上传')
    await expect.poll(async () => (await readings(page, first)).readings.nodes.filter(({ index }) => index === next).length).toBe(1)
    const after = await readings(page, first)
    expect(after.readings.nodes.length - before.readings.nodes.length).toBeLessThanOrEqual(1)
    expect(after.readings.nodes[0]?.photo).toMatch(/^[0-9a-f]+$/)
    await page.goto('/m/staff/queue')
    await expect(page.getByText(/^(已入库|待审核)$/)).toHaveCount(3)
    await audit(page, 'the phone’s records')
    await page.getByRole('button', { name: '清理已入库的' }).click()
    await expect(page.getByText('手机里没有记录。')).toBeVisible()
  })
  await context.close()
})
