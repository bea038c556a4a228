import { expect, test } from '@playwright/test'
import { agreesAs } from './helpers/account'
import { PHONE, audit, listen } from './helpers/watch'
import { receiveCode, world } from './helpers/world'

const here = world()
const USER_AGENT =
  'Mozilla/5.0 (Linux; Android 14; Build) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.54'
const NEW_PHONE = '13912340077'

test.skip(!!process.env.BASE_URL, 'a server that is given has no account of ours')

test('r7: inside WeChat a customer registers once, and is known from then on', async ({ browser }) => {
  const context = await browser.newContext({
    baseURL: here.baseUrl,
    locale: 'zh-CN',
    viewport: PHONE,
    userAgent: USER_AGENT,
  })
  const page = await context.newPage()
  const complaints = listen(page)
  const signIn = page.getByRole('button', { name: '微信登录' })

  await test.step('who only looks at a snapshot is told so, and can go on by phone', async () => {
    await agreesAs(page, here.baseUrl, 'snapshot')
    await page.goto('/m/')
    await expect(signIn).toBeVisible()
    await audit(page, 'the login inside WeChat')
    await signIn.click()
    await expect(page.getByRole('alert')).toContainText('快照页')
    await audit(page, 'a refused sign-in')
    await page.getByRole('button', { name: '用手机号登录' }).click()
    await expect(page.getByRole('button', { name: '获取验证码' })).toBeVisible()
  })

  await test.step('a WeChat id nobody knows is linked to who registers', async () => {
    await agreesAs(page, here.baseUrl, 'oUperson')
    await signIn.click()
    await expect(page.getByText('微信已确认')).toBeVisible()
    await expect(signIn).toHaveCount(0)
    await audit(page, 'a login that links')
    await page.getByRole('button', { name: '第一次使用，去注册' }).click()
    await page.getByLabel('手机号').fill(NEW_PHONE)
    await page.getByLabel('验证码', { exact: true }).fill(await receiveCode(page, here, NEW_PHONE))
    await page.getByRole('button', { name: '注册', exact: true }).click()
    await expect(page.getByText('还没有绑定户号')).toBeVisible()
    await page.goto('/m/me')
    await expect(page.getByText('已关联微信')).toBeVisible()
    await audit(page, 'one’s own page, linked')
  })

  await test.step('from then on WeChat is enough', async () => {
    await page.getByRole('button', { name: '退出登录' }).click()
    await signIn.click()
    await expect(page.getByText('还没有绑定户号')).toBeVisible()
    expect(new URL(page.url()).search).toBe('')
    await page.goBack()
    expect(page.url(), 'the address with the code is not gone back to').not.toContain('code=')
  })

  await test.step('the link is given up, and made again while signed in', async () => {
    await page.goto('/m/me')
    const unlink = page.getByRole('button', { name: '解除关联' })
    await unlink.click()
    await expect(page.getByText('解除后不能再用微信登录')).toBeVisible()
    await unlink.click()
    await page.getByRole('button', { name: '关联微信' }).click()
    await expect(page.getByText('已关联微信')).toBeVisible()
    expect(new URL(page.url()).pathname).toBe('/m/me')
  })

  expect(complaints).toEqual([])
  await context.close()
})

test('r7: another browser is offered no WeChat', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: PHONE })
  const page = await context.newPage()
  const complaints = listen(page)
  await page.goto('/m/')
  await expect(page.getByRole('button', { name: '获取验证码' })).toBeVisible()
  await expect(page.getByRole('button', { name: '微信登录' })).toHaveCount(0)
  // Opened there all the same, the address leads home.
  await page.goto('/m/wechat?code=a&state=b')
  await expect(page.getByRole('button', { name: '获取验证码' })).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/m/')
  expect(complaints).toEqual([])
  await context.close()
})
