import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, expect, test, type Page } from '@playwright/test'
import { line } from './helpers/line'
import { sendOut } from './helpers/walk'
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

async function read(page: Page, meterNo: string, index: string): Promise<void> {
  await page.getByLabel('表号或条码').fill(meterNo)
  await page.getByRole('button', { name: '打开' }).click()
  await expect(page.getByRole('heading', { name: meterNo })).toBeVisible()
  await page.getByLabel('现在表盘上的数字').fill(index)
  const buffer = await dialPhoto(page, index)
  await page.getByLabel('表盘照片').setInputFiles({ name: 'dial.png', mimeType: 'image/png', buffer })
  await expect(page.getByText('照片已存好')).toBeVisible()
  await page.getByRole('button', { name: '保存' }).click()
  await toWalk(page)
}

/** The page goes on to the next meter by itself, where there is one. */
async function toWalk(page: Page): Promise<void> {
  const walk = page.getByRole('heading', { name: '今日抄表' })
  const next = page.getByText('接着抄这块')
  await expect(walk.or(next)).toBeVisible()
  if (await next.isVisible()) {
    await expect(page.getByLabel('现在表盘上的数字')).toBeFocused()
    await expect(page.getByLabel('现在表盘上的数字')).toHaveValue('')
    await page.getByRole('link', { name: '今日抄表' }).click()
  }
  await expect(walk).toBeVisible()
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
    await page.getByRole('button', { name: '看记录' }).click()
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
    await page.getByLabel('留了联系便条').fill('便条 7')
    await page.getByRole('button', { name: '记下原因' }).click()
    await toWalk(page)
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
    interface Tasks {
      readingTasks: { nodes: { meterNo: string; leftNote: string | null }[] }
    }
    const notes = async () => (await query<Tasks>(page, '{ readingTasks(first: 100) { nodes { meterNo leftNote } } }', {})).readingTasks.nodes
    await expect.poll(async () => (await notes()).find(({ meterNo }) => meterNo === third)?.leftNote).toBe('便条 7')
    await page.goto('/m/staff/queue')
    await expect(page.getByText(/^(已入库|待审核)$/)).toHaveCount(3)
    await audit(page, 'the phone’s records')
    await page.getByRole('button', { name: '清理已入库的' }).click()
    await expect(page.getByText('手机里没有记录。')).toBeVisible()
  })

  await test.step('r99: the photo taken stands beside the form the next time', async () => {
    await page.goto(`/m/staff/meter/${first}`)
    const before = page.getByRole('img', { name: '上次的照片' })
    await expect.poll(() => before.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)
    await audit(page, 'a meter’s card with its last photo')
  })
  await context.close()
})

test('r22_r72: switched on without a network the phone shows the walk and takes readings, sent once when it is back', async ({
  browser,
}, testInfo) => {
  const [first = '', second = ''] = await sendOut(browser)
  const network = await line(here.baseUrl)
  const phone = mkdtempSync(join(tmpdir(), 'chaobiao-phone-'))
  const { launchOptions } = testInfo.project.use
  const switchOn = () =>
    chromium.launchPersistentContext(phone, { ...launchOptions, baseURL: network.url, locale: 'zh-CN', viewport: PHONE })
  const cacheNames = (page: Page) => page.evaluate(() => caches.keys())
  const update = (page: Page) => page.getByRole('button', { name: '更新' })
  let before = ''
  let next = ''
  try {
    await test.step('opened once with the network, the pages are kept', async () => {
      const context = await switchOn()
      const page = context.pages()[0] ?? (await context.newPage())
      await asStaff(page, here.reader)
      await page.goto('/m/staff')
      await expect(page.getByRole('link', { name: first })).toContainText('上次')
      await expect(page.getByText('没有网络时也能打开本页。')).toBeVisible()
      before = (await readings(page, first)).lastReading.index
      next = (BigInt(before.split('.')[0] ?? '0') + 1n).toString()
      await context.close()
    })

    await test.step('switched on in the basement: the walk with its last index, and a reading is taken', async () => {
      network.cut()
      const context = await switchOn()
      const page = context.pages()[0] ?? (await context.newPage())
      await page.goto('/m/staff')
      await expect(page.getByText('没有网络，这是')).toBeVisible()
      await expect(page.getByRole('link', { name: first })).toContainText(before)
      await expect(page.getByRole('link', { name: second })).toBeVisible()
      await audit(page, 'today’s walk without a network')
      // R72: an odd index is told at once, network or not.
      await page.getByRole('link', { name: first }).click()
      await page.getByLabel('现在表盘上的数字').fill((BigInt(next) + 500n).toString())
      await expect(page.getByText(/比平时多/)).toBeVisible()
      await page.getByRole('link', { name: '今日抄表' }).click()
      await read(page, first, next)
      await expect(page.getByLabel('同步')).toContainText('还有 1 条没有上传')
      // By an address of its own, as a bookmark would open it.
      await page.goto(`/m/staff/meter/${second}`)
      await expect(page.getByLabel('现在表盘上的数字')).toBeVisible()
      await context.close()
    })

    await test.step('switched on with the network, what was done is sent by itself, and once', async () => {
      network.mend()
      const context = await switchOn()
      const page = context.pages()[0] ?? (await context.newPage())
      await page.goto('/m/staff')
      await expect(page.getByLabel('同步')).toContainText('都已上传')
      await page.reload()
      await expect(page.getByLabel('同步')).toContainText('都已上传')
      const after = await readings(page, first)
      expect(after.readings.nodes.filter(({ index }) => index === next)).toHaveLength(1)
      expect(after.readings.nodes[0]?.photo).toMatch(/^[0-9a-f]+$/)

      const kept = await page.evaluate(async () => {
        const addresses = []
        for (const name of await caches.keys()) {
          for (const { url } of await (await caches.open(name)).keys()) addresses.push(new URL(url).pathname)
        }
        return addresses
      })
      expect(kept).toContain('/m/staff')
      const foreign = kept.filter((path) => path !== '/m/staff' && path !== '/favicon.svg' && !path.startsWith('/assets/'))
      expect(foreign, 'nothing the server said of anybody is kept').toEqual([])

      await test.step('a newer version is told, taken when asked for, and the old one cleared away', async () => {
        const [old = ''] = await cacheNames(page)
        await expect(update(page)).toBeHidden()
        network.rewrite('/m/sw.js', (text) => text.replaceAll(old.replace('chaobiao-m-', ''), 'next'))
        await page.reload()
        await expect(update(page)).toBeVisible()
        await audit(page, 'a newer version')
        await update(page).click()
        await expect(update(page)).toBeHidden()
        await expect(page.getByText('没有网络时也能打开本页。')).toBeVisible()
        await expect.poll(() => cacheNames(page)).toEqual(['chaobiao-m-next'])
      })

      await test.step('whoever leaves takes the walk along', async () => {
        await page.getByRole('button', { name: '退出登录' }).click()
        await expect(page.getByLabel('工号')).toBeVisible()
        network.cut()
        await page.reload()
        await expect(page.getByText('网络不通')).toBeVisible({ timeout: 20_000 })
        await expect(page.getByText(first)).toHaveCount(0)
      })
      await context.close()
    })
  } finally {
    await network.close()
    rmSync(phone, { recursive: true, force: true })
  }
})

test('r77: what is found on patrol is reported with a photo, and stands where requests are answered', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: PHONE })
  const page = await context.newPage()
  const complaints = listen(page)
  const found = `配电箱门脱落 ${Date.now()}`
  await asStaff(page, here.reader)
  await page.goto('/m/staff')
  await page.getByRole('button', { name: '巡查发现问题' }).click()
  await page.getByLabel('发现了什么').fill(found)
  await page.getByLabel('校区').selectOption({ index: 0 })
  await page.getByLabel('地点').fill('二号楼东侧')
  const buffer = await dialPhoto(page, '0')
  await page.getByLabel('照片（可不传）').setInputFiles({ name: 'found.png', mimeType: 'image/png', buffer })
  await expect(page.getByText('照片已上传')).toBeVisible()
  await audit(page, 'a patrol')
  await page.getByRole('button', { name: '提交' }).click()
  await expect(page.getByRole('heading', { name: '今日抄表' })).toBeVisible()
  await asStaff(page, here.reviewer)
  interface Cases {
    serviceCases: { nodes: { text: string; photos: string[] }[] }
  }
  const text = '{ serviceCases(kind: PATROL, first: 50) { nodes { text photos } } }'
  const patrols = async () => (await query<Cases>(page, text, {})).serviceCases.nodes
  await expect.poll(async () => (await patrols()).find((one) => one.text === found)?.photos.length).toBe(1)
  expect(complaints).toEqual([])
  await context.close()
})
