import { expect, test, type Browser, type Page } from '@playwright/test'
import { DESK, PHONE, audit, listen } from './helpers/watch'
import { asCustomer, asStaff, world, type Staff } from './helpers/world'

const here = world()

/** Waits until a page shows what it is about, or why it does not. */
async function settle(page: Page, path: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 }).first(), path).toBeVisible()
  await expect(page.locator('[aria-busy="true"]'), `${path} goes on loading`).toHaveCount(0)
}

async function open(browser: Browser, viewport: { width: number; height: number }) {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport })
  const page = await context.newPage()
  return { context, page, complaints: listen(page) }
}

/** Pages looked at closely already: for the other roles it is enough that they work. */
const audited = new Set<string>()

async function visit(page: Page, path: string, kind: string): Promise<void> {
  await page.goto(path)
  await settle(page, path)
  expect.soft(await page.getByRole('alert').allInnerTexts(), `${path} complains`).toEqual([])
  if (audited.has(kind)) return
  audited.add(kind)
  await audit(page, path)
}

const CUSTOMER = [
  '/m/',
  '/m/bind',
  '/m/usage',
  '/m/bills',
  '/m/pay',
  '/m/pay/order/unknown',
  '/m/payments',
  '/m/readings',
  '/m/cases',
  '/m/cases/new?kind=FAULT',
  '/m/visits',
  '/m/outages',
  '/m/articles',
  '/m/offices',
  '/m/me',
]

test('r47: every page of a customer works, is accessible and fits its window', async ({ browser }) => {
  const { context, page, complaints } = await open(browser, PHONE)
  await asCustomer(page, here, here.clerkPhone)
  for (const path of CUSTOMER) await visit(page, path, path)
  await page.goto('/m/bills')
  await page.locator('.rows a').first().click()
  await expect(page).toHaveURL(/\/m\/bill\//)
  await settle(page, 'a bill')
  await audit(page, 'a bill')

  await test.step('a fault is reported, and then stands among one’s own', async () => {
    await page.goto('/m/cases/new?kind=FAULT')
    await page.getByRole('button', { name: '提交' }).click()
    await expect(page.getByText('请写几句，我们才好办理。')).toBeVisible()
    await page.getByLabel('什么坏了').fill('三楼水表井漏水')
    await expect(page.getByLabel('校区')).not.toHaveValue('')
    await page.getByLabel('地点').fill('三楼水表井')
    await page.getByRole('button', { name: '提交' }).click()
    await expect(page).toHaveURL(/\/m\/cases\/[^n]/)
    await settle(page, 'a case')
    await expect(page.getByText(/前答复您/)).toBeVisible()
    await audit(page, 'a case')
    await page.getByRole('link', { name: '服务诉求' }).click()
    await expect(page.getByText('三楼水表井漏水').first()).toBeVisible()
  })

  await test.step('whoever comes back from the gateway sees the order, and can come back to it by its number', async () => {
    await page.evaluate(() => {
      sessionStorage.setItem('chaobiao-order', 'E2E0001')
      sessionStorage.setItem('chaobiao-order-away', '1')
    })
    await page.goto('/m/')
    await expect(page).toHaveURL(/\/m\/pay\/order\/E2E0001$/)
    await expect(page.getByText('没有这笔支付。')).toBeVisible()
    await page.goto('/m/')
    await page.getByRole('link', { name: '订单 E2E0001' }).click()
    await expect(page).toHaveURL(/\/m\/pay\/order\/E2E0001$/)
    await page.evaluate(() => sessionStorage.clear())
  })

  await test.step('whoever goes by keyboard sees where they are', async () => {
    for (const path of ['/m/', '/m/bind', '/m/me', '/m/cases/new?kind=FAULT', '/m/pay']) {
      await page.goto(path)
      await settle(page, path)
      const unseen = new Set<string>()
      for (let times = 0; times < 14; times += 1) {
        await page.keyboard.press('Tab')
        const focused = await page.evaluate(() => {
          const at = document.activeElement
          // Of a date the browser itself marks the part that has the focus.
          if (!at || at === document.body || at.matches('[type=date]')) return null
          // A picture is chosen through a field nobody sees: its frame shows the focus.
          const shown = at.matches('.aside') ? at.closest('label')?.querySelector('.frame, img') : at
          return shown && getComputedStyle(shown).outlineStyle === 'none' ? at.outerHTML.slice(0, 120) : null
        })
        if (focused) unseen.add(focused)
      }
      expect.soft([...unseen], `${path}: focus that cannot be seen`).toEqual([])
    }
  })

  await test.step('large type is larger, fits, and stays', async () => {
    await page.goto('/m/me')
    await page.getByRole('switch', { name: '大字模式' }).check()
    for (const path of CUSTOMER) {
      await page.goto(path)
      await settle(page, path)
      const [size, overflow] = await page.evaluate(() => [
        parseFloat(getComputedStyle(document.body).fontSize),
        document.documentElement.scrollWidth - document.documentElement.clientWidth,
      ])
      expect(size, path).toBe(20)
      expect(overflow, `${path} in large type is wider than its window`).toBeLessThanOrEqual(0)
    }
  })
  expect(complaints).toEqual([])
  await context.close()
})

const ROLES: readonly { role: string; staff: Staff; closed: string }[] = [
  { role: 'a manager', staff: here.reviewer, closed: '/admin/audit' },
  { role: 'an auditor', staff: here.auditor, closed: '/admin/cashier' },
  { role: 'finance', staff: here.finance, closed: '/admin/bindings' },
  { role: 'a cashier', staff: here.cashier, closed: '/admin/meters' },
  { role: 'a reader', staff: here.reader, closed: '/admin/accounts' },
  { role: 'a technician', staff: here.technician, closed: '/admin/payments' },
  { role: 'an administrator', staff: here.admin, closed: '/admin/audit' },
]

for (const { role, staff, closed } of ROLES) {
  test(`every page of ${role} works, is accessible and fits its window`, async ({ browser }) => {
    // Sixty pages, most of them measured at three widths, and again with larger text.
    test.setTimeout(600_000)
    const { context, page, complaints } = await open(browser, DESK)
    await asStaff(page, staff)
    await page.goto('/admin/')
    await settle(page, '/admin/')
    await visit(page, '/admin/', '/admin/')
    const menu = page.getByRole('navigation', { name: '功能' }).getByRole('link')
    const paths = await menu.evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname))
    expect(paths.length).toBeGreaterThan(1)
    for (const path of paths) {
      await visit(page, path, path)
      // One of what is listed, with a page of its own.
      const first = page.locator('td a[href^="/admin/"], h2 + a[href^="/admin/"]').first()
      const href = (await first.count()) > 0 ? await first.getAttribute('href') : null
      if (href) await visit(page, href, href.split('/').slice(0, 3).join('/'))
    }
    await page.goto(closed)
    await expect(page.getByRole('heading', { name: '没有权限' })).toBeVisible()
    expect(complaints).toEqual([])
    await context.close()
  })
}

test('an auditor has the browser check the proof of an event', async ({ browser }) => {
  const { context, page, complaints } = await open(browser, DESK)
  await asStaff(page, here.auditor)
  await page.goto('/admin/meters')
  await page.locator('td a').first().click()
  await page.getByRole('link', { name: '全部事件与存证' }).click()
  await page.getByRole('button', { name: /的存证$/ }).last().click()
  await page.getByRole('button', { name: '核验存证' }).click()
  await expect(page.getByText('核验通过')).toBeVisible()
  await expect(page.getByLabel('事件内容')).toContainText('{')
  await audit(page, 'a proof')
  expect(complaints).toEqual([])
  await context.close()
})

test('what a list is filtered by is in its address, and it reads on by cursor', async ({ browser }) => {
  const { context, page, complaints } = await open(browser, DESK)
  await asStaff(page, here.reviewer)
  await page.goto('/admin/meters')
  const rows = page.locator('tbody tr')
  await expect(rows).toHaveCount(20)
  await page.getByRole('button', { name: '再取一页' }).click()
  await expect(rows).toHaveCount(40)
  const number = (await rows.first().locator('a').first().innerText()).trim()
  await page.getByLabel('表号、硬件号或房间').fill(number)
  await page.keyboard.press('Enter')
  await expect(rows).toHaveCount(1)
  await expect(page).toHaveURL(new RegExp(`search=${number}`))
  await page.reload()
  await expect(rows).toHaveCount(1)
  await page.getByLabel('表号、硬件号或房间').fill('没有这块表')
  await page.keyboard.press('Enter')
  await expect(page.getByText('没有找到表计，请换个条件再查。')).toBeVisible()
  expect(complaints).toEqual([])
  await context.close()
})

test('a list says so when the network is gone, and goes on when it is back', async ({ browser }) => {
  const { context, page } = await open(browser, DESK)
  await asStaff(page, here.reviewer)
  await page.goto('/admin/accounts')
  await expect(page.locator('tbody tr').first()).toBeVisible()
  await context.setOffline(true)
  await page.getByLabel(/^类别/).selectOption('UNIT')
  await expect(page.getByText('网络不通，请检查网络后重试。')).toBeVisible({ timeout: 20_000 })
  await context.setOffline(false)
  await page.getByRole('button', { name: '重试' }).click()
  await expect(page.locator('tbody tr').first()).toBeVisible()
  await context.close()
})
