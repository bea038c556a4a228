import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { DESK, PHONE, audit, listen } from './helpers/watch'
import { dialPhoto, owing, receiveCode, world } from './helpers/world'

const here = world()

async function open(context: BrowserContext, path: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage()
  const complaints = listen(page)
  await page.goto(path)
  return { page, complaints }
}

async function enterAsResident(page: Page): Promise<void> {
  await page.getByLabel('手机号').fill(here.residentPhone)
  const code = await receiveCode(page, here, here.residentPhone)
  await page.getByLabel('验证码').fill(code)
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await expect(page.getByRole('heading', { name: '自助抄表' })).toBeVisible()
}

async function enterAsStaff(page: Page, staff: { login: string; password: string }): Promise<void> {
  await page.getByLabel('工号').fill(staff.login)
  await page.getByLabel('密码').fill(staff.password)
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByRole('button', { name: '退出' })).toBeVisible()
}

/** By the menu. */
async function place(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name }).click()
}

async function attachPhoto(page: Page, digits: string): Promise<void> {
  const buffer = await dialPhoto(page, digits)
  await page.getByLabel('表盘照片').setInputFiles({ name: 'dial.png', mimeType: 'image/png', buffer })
  await expect(page.getByText('照片已上传')).toBeVisible()
}

/** Far above any household: sure to be held, and still on the dial. */
function farAbove(last: string): string {
  return (BigInt(last.split('.')[0] ?? '0') + 400n).toString()
}

test('a resident reads a meter, staff check it, the cash desk takes the money', async ({ browser }) => {
  const options = { baseURL: here.baseUrl, locale: 'zh-CN' }
  const phone = await browser.newContext({ ...options, viewport: PHONE, hasTouch: true })
  const desk = await browser.newContext({ ...options, viewport: DESK })
  const resident = await open(phone, '/m/')
  let meterNo = ''
  let accountNo = ''
  let index = ''

  await test.step('the resident logs in with the code from the message', async () => {
    const { page } = resident
    await audit(page, 'resident login')
    await page.getByLabel('手机号').fill(here.residentPhone)
    await page.getByLabel('验证码').fill('000000')
    await page.getByRole('button', { name: '登录', exact: true }).click()
    await expect(page.locator('[role=alert], .van-field__error-message').first()).toBeVisible()
    await enterAsResident(page)
  })

  await test.step('the bound accounts are listed', async () => {
    const { page } = resident
    await expect(page.getByRole('link', { name: /^抄表：水表/ }).first()).toBeVisible()
    await audit(page, 'choose a meter')
    await page.getByRole('link', { name: '户号', exact: true }).click()
    await expect(page.getByText('已绑定').first()).toBeVisible()
    await audit(page, 'bindings')
    await page.getByRole('link', { name: '抄表', exact: true }).click()
  })

  await test.step('screen 1: choose the meter', async () => {
    const { page } = resident
    const link = page.getByRole('link', { name: /^抄表：水表/ }).first()
    const href = new URL((await link.getAttribute('href')) ?? '', here.baseUrl).pathname
    ;[accountNo = '', meterNo = ''] = href.split('/').slice(-2).map(decodeURIComponent)
    await link.click()
    await expect(page.getByRole('heading', { name: meterNo })).toBeVisible()
  })

  await test.step('screen 2: index and photo, both needed, warned at once', async () => {
    const { page } = resident
    const last = (await page.getByText('上次读数').locator('..').locator('strong').innerText()).trim()
    index = farAbove(last)
    await audit(page, 'self-read form')
    await page.getByRole('button', { name: '提交读数' }).click()
    await expect(page.getByText('请拍一张能看清数字的表盘照片。')).toBeVisible()
    await expect(page.getByText('请填表盘上的数字。')).toBeVisible()

    const field = page.getByLabel('现在表盘上的数字')
    await field.fill('1x')
    await expect(page.getByText('请填表盘上的数字，如 1234。')).toBeVisible()
    await field.fill(index)
    await expect(page.getByText('比平时多很多')).toBeVisible({ timeout: 1000 })
    await attachPhoto(page, index)
    await audit(page, 'self-read form with a warning')
    await page.getByRole('button', { name: '已核对，提交' }).click()
  })

  await test.step('screen 3: held, with the reason', async () => {
    const { page } = resident
    await expect(page.getByRole('heading', { name: '已提交，等待审核' })).toBeVisible()
    await expect(page.getByRole('heading', { name: '为什么要审核' })).toBeVisible()
    await audit(page, 'held reading')
  })

  const reviewer = await open(desk, '/admin/')
  await test.step('staff find the reading in the queue, with photo and history, and accept it', async () => {
    const { page } = reviewer
    await audit(page, 'staff login')
    await enterAsStaff(page, here.reviewer)
    await expect(page.getByRole('heading', { name: '工作台' })).toBeVisible()
    await place(page, '读数审核')
    await expect(page.getByRole('heading', { name: '读数审核' })).toBeVisible()
    const row = page.getByRole('listitem').filter({ hasText: meterNo }).filter({ hasText: index })
    const more = page.getByRole('button', { name: /^再取/ })
    while ((await row.count()) === 0 && (await more.isVisible())) await more.click()
    await row.getByRole('button').click()
    const detail = page.getByRole('region', { name: `表 ${meterNo} 的读数` })
    const photo = detail.getByRole('img', { name: '抄表照片' })
    await expect.poll(() => photo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1600)
    await expect(detail.getByText('历史读数')).toBeVisible()
    await expect(detail.getByRole('row').nth(1)).toBeVisible()
    await audit(page, 'reading review')

    await page.keyboard.press('r')
    await expect(page.getByRole('dialog', { name: '退回读数' })).toBeVisible()
    await audit(page, 'rejecting a reading')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()

    await page.keyboard.press('a')
    await expect(page.getByText(`${meterNo} 已通过`)).toBeVisible()
    await expect(row).toHaveCount(0)
  })

  await test.step('the resident sees it accepted', async () => {
    const { page } = resident
    await page.reload()
    await expect(page.getByRole('heading', { name: '读数已通过' })).toBeVisible()
    await audit(page, 'accepted reading')
  })

  await test.step('staff leave, and the pages with them', async () => {
    const { page } = reviewer
    await page.getByRole('button', { name: '退出' }).click()
    await expect(page.getByLabel('密码')).toBeVisible()
  })

  await test.step('the cash desk takes the money and gives change', async () => {
    const { page } = reviewer
    await enterAsStaff(page, here.cashier)
    accountNo = await owing(page, accountNo)
    await place(page, '收款台')
    await audit(page, 'cash desk')
    await page.getByRole('searchbox').fill(accountNo)
    await page.keyboard.press('Enter')
    await expect(page.getByRole('region', { name: '未缴通知单' }).getByRole('checkbox').first()).toBeChecked()
    const due = await page.getByLabel('入账金额').inputValue()
    expect(Number(due)).toBeGreaterThan(0)
    await page.getByLabel('实收现金').fill((BigInt(due.replace('.', '')) / 100n + 1n).toString())
    await audit(page, 'taking a payment')
    await desk.clearCookies()
    await page.keyboard.press('F2')
    await enterAsStaff(page, here.cashier)
    await expect(page.getByLabel('实收现金'), 'what was typed outlives the session').toHaveValue(/\d/)
    // The browser reports the refused request; nothing else may have gone wrong.
    const refused = (one: string) => one.includes('401')
    expect(reviewer.complaints.splice(0).filter((one) => !refused(one))).toEqual([])
    await page.keyboard.press('F2')
    await expect(page.getByText(`已收款 ¥${grouped(due)}`)).toBeVisible()
    await expect(page.getByText('找零')).toBeVisible()
    await expect(page.getByRole('region', { name: '账户', exact: true })).toContainText('¥0.00')
    await audit(page, 'payment taken')
  })

  await test.step('the receipt shows, and its second print is a copy', async () => {
    const { page } = reviewer
    await page.getByRole('link', { name: '查看并打印收据' }).click()
    await expect(page.getByRole('heading', { name: '水电费收据' })).toBeVisible()
    await expect(page.getByRole('article')).toContainText(accountNo)
    await expect(page.getByRole('article')).toContainText('元')
    await audit(page, 'receipt')
    await page.evaluate(() => {
      window.print = () => undefined
    })
    await page.getByRole('button', { name: '补打副本' }).click()
    await expect(page.getByText('副本 1')).toBeVisible()
  })

  expect(resident.complaints, 'residents’ pages: browser complaints').toEqual([])
  expect(reviewer.complaints, 'staff pages: browser complaints').toEqual([])
  await phone.close()
  await desk.close()
})

function grouped(amount: string): string {
  return amount.replace(/\B(?=(\d{3})+(?=\.))/g, ',')
}
