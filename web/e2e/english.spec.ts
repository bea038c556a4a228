import { expect, test, type Browser, type Page } from '@playwright/test'
import { PHONE, audit, listen } from './helpers/watch'
import { asCustomer, dialPhoto, world } from './helpers/world'

const here = world()

async function phone(browser: Browser, locale: string) {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale, viewport: PHONE })
  const page = await context.newPage()
  return { context, page, complaints: listen(page) }
}

/** What is said in Chinese, read or shown; names, addresses and what people wrote are marked as such. */
function chineseOn(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const han = /[\u3400-\u9fff\u3001\u3002\uff0c\uff1a]/
    const found: string[] = han.test(document.title) ? [document.title] : []
    for (const element of document.querySelectorAll('body *')) {
      if (element.closest('[lang|="zh"], script, style, noscript')) continue
      const own = [...element.childNodes].flatMap((node) => (node.nodeType === Node.TEXT_NODE ? [node.textContent ?? ''] : []))
      const told = ['aria-label', 'placeholder', 'alt', 'title'].map((name) => element.getAttribute(name) ?? '')
      found.push(...[...own, ...told].filter((text) => han.test(text)))
    }
    return found
  })
}

async function inEnglish(page: Page, name: string): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await expect(page.locator('[aria-busy="true"]'), `${name} goes on loading`).toHaveCount(0)
  expect.soft(await chineseOn(page), `${name} in Chinese`).toEqual([])
  await audit(page, `${name} in English`)
}

test('a customer chooses English, and reads a meter in it from the first page to the result', async ({ browser }) => {
  const { context, page, complaints } = await phone(browser, 'zh-CN')
  await asCustomer(page, here, here.residentPhone)

  await test.step('chosen on one’s own page, kept, and told to the browser', async () => {
    await page.goto('/m/me')
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
    await page.getByRole('group', { name: '语言' }).getByRole('button', { name: 'English' }).click()
    await expect(page.getByRole('heading', { name: 'Me', exact: true })).toBeVisible()
    await page.reload()
    await expect(page.getByRole('switch', { name: 'Large type' })).toBeVisible()
    await inEnglish(page, 'my page')
  })

  await test.step('the meter is chosen', async () => {
    await page.getByRole('link', { name: 'Read', exact: true }).click()
    await expect(page.getByText('Choose a meter')).toBeVisible()
    await inEnglish(page, 'first page')
    await page.getByRole('link', { name: /^Read: / }).last().click()
    await expect(page.getByText('Last reading')).toBeVisible()
  })

  await test.step('what is missing, wrong or odd is said', async () => {
    const last = (await page.getByText('Last reading').locator('..').locator('strong').innerText()).trim()
    await page.getByRole('button', { name: 'Submit the reading' }).click()
    await expect(page.getByText('Please take a photo on which the digits can be read.')).toBeVisible()
    const field = page.getByLabel('What the dial shows now')
    await field.fill('1x')
    await expect(page.getByText('such as 1234')).toBeVisible()
    const index = (BigInt(last.split('.')[0] ?? '0') + 1n).toString()
    await field.fill(index)
    await expect(page.getByText(/^Used since then|^Much more than usual/)).toBeVisible()
    const buffer = await dialPhoto(page, index)
    await page.getByLabel('Photo of the dial').setInputFiles({ name: 'dial.png', mimeType: 'image/png', buffer })
    await expect(page.getByText('Photo uploaded')).toBeVisible()
    await inEnglish(page, 'the form')
    await page.getByRole('button', { name: /submit/i }).click()
  })

  await test.step('what came of it', async () => {
    await expect(page.getByRole('heading', { level: 1, name: /^Reading accepted|^Submitted/ })).toBeVisible()
    await expect(page.getByText('Index', { exact: true })).toBeVisible()
    await inEnglish(page, 'the result')
    await page.getByRole('link', { name: 'Done' }).or(page.getByRole('button', { name: 'Done' })).click()
    await expect(page.getByRole('heading', { name: 'Read your meter' })).toBeVisible()
  })
  expect(complaints).toEqual([])
  await context.close()
})

const PAGES = [
  '/m/bind',
  '/m/usage',
  '/m/bills',
  '/m/pay',
  '/m/pay/order/unknown',
  '/m/payments',
  '/m/readings',
  '/m/cases',
  '/m/cases/new',
  '/m/visits',
  '/m/outages',
  '/m/articles',
  '/m/offices',
]

test('every page of a customer is in English, and so is what is refused', async ({ browser }) => {
  const { context, page, complaints } = await phone(browser, 'en-GB')
  await asCustomer(page, here, here.clerkPhone)
  for (const path of PAGES) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 }).first(), path).toBeVisible()
    await inEnglish(page, path)
  }
  await test.step('large type fits, too', async () => {
    await page.goto('/m/me')
    await page.getByRole('switch', { name: 'Large type' }).check()
    for (const path of ['/m/', '/m/me', ...PAGES]) {
      await page.goto(path)
      await expect(page.locator('[aria-busy="true"]'), path).toHaveCount(0)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(overflow, `${path} in large type is wider than its window`).toBeLessThanOrEqual(0)
    }
    await page.goto('/m/me')
    await page.getByRole('switch', { name: 'Large type' }).uncheck()
  })

  await page.goto('/m/bills')
  await page.locator('.rows a').first().click()
  await expect(page).toHaveURL(/\/m\/bill\//)
  await expect(page.getByText(/× ¥/).first()).toBeVisible()
  await inEnglish(page, 'a bill')

  await page.goto('/m/bind')
  await page.getByLabel('Account no.').fill('00000000')
  await page.getByLabel('Holder').fill('Nobody')
  await page.getByRole('button', { name: 'Send the request' }).click()
  await expect(page.locator('.van-field__error-message, [role=alert]').first()).toHaveText(/^[A-Z][^\u3400-\u9fff]+\.$/)
  await inEnglish(page, 'a refusal')
  expect(complaints).toEqual([])
  await context.close()
})

test('a phone that speaks no Chinese is met in English; the field is Chinese on any phone', async ({ browser }) => {
  const { context, page } = await phone(browser, 'en-US')
  await page.goto('/m/')
  await expect(page.getByRole('button', { name: 'Sign in', exact: true })).toBeVisible()
  await inEnglish(page, 'signing in')
  await page.getByRole('button', { name: '中文' }).click()
  await expect(page.getByRole('button', { name: '登录', exact: true })).toBeVisible()
  await page.reload()
  await expect(page.getByRole('button', { name: '登录', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'English' }).click()
  await page.goto('/m/staff')
  await expect(page.getByLabel('工号')).toBeVisible()
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await context.close()
})
