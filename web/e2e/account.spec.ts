import { createHmac } from 'node:crypto'
import { expect, test } from '@playwright/test'
import { enter, section } from './helpers/desk'
import { DESK, audit, listen } from './helpers/watch'
import { world } from './helpers/world'

const here = world()

/** What an authenticator app shows for a secret, RFC 6238. */
function codeOf(secret: string, at = Date.now()): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', Buffer.from(bytes)).update(counter).digest()
  const offset = mac.readUInt8(19) & 15
  return ((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).toString().padStart(6, '0')
}

/** A code is good once: the next one, should this one have been used. */
async function nextCode(secret: string, used: string): Promise<string> {
  // One step ahead counts, for clocks that are a little off.
  const next = codeOf(secret, Date.now() + 30_000)
  return next === used ? codeOf(secret, Date.now() + 60_000) : next
}

test('r68_r86_one_keeps_ones_own_contact_and_signs_in_with_a_second_step', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.auditor)
  await page.goto('/admin/')
  await page.getByTitle('我的账号').click()
  await expect(page.getByRole('heading', { level: 1, name: '我的账号' })).toBeVisible()
  await audit(page, 'one’s own account')

  await test.step('what is no phone number is refused, and what is saved stays', async () => {
    const mine = section(page, '个人信息')
    await mine.getByLabel('手机').fill('12345')
    await mine.getByRole('button', { name: '保存联系方式' }).click()
    await expect(page.getByRole('alert')).toContainText('手机')
    await mine.getByLabel('手机').fill('13900001111')
    await mine.getByLabel('办公电话').fill('8866')
    await mine.getByRole('button', { name: '保存联系方式' }).click()
    await expect(page.getByText('联系方式已保存')).toBeVisible()
    await page.reload()
    await expect(mine.getByLabel('办公电话')).toHaveValue('8866')
    await expect(mine.getByLabel('手机')).toHaveValue('13900001111')
  })

  let secret = ''
  let used = ''
  await test.step('the second step is switched on with an app', async () => {
    const step = section(page, '两步验证')
    await step.getByLabel('当前密码').fill('not my password')
    await step.getByRole('button', { name: '开启两步验证' }).click()
    await expect(step.getByRole('alert')).toBeVisible()
    await step.getByLabel('当前密码').fill(here.auditor.password)
    await step.getByRole('button', { name: '开启两步验证' }).click()
    await expect(step.getByRole('img', { name: '两步验证二维码' })).toBeVisible()
    await audit(page, 'a second step being switched on')
    secret = (await step.locator('strong.number').innerText()).trim()
    used = codeOf(secret)
    await step.getByLabel('动态验证码').fill(used)
    await step.getByRole('button', { name: '确认开启' }).click()
    await expect(step.getByText('两步验证已开启')).toBeVisible()
  })
  await leave()

  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: DESK })
  const login = await context.newPage()
  const complaints = listen(login)
  await test.step('the password alone does not open the door any more', async () => {
    await login.goto('/admin/')
    await login.getByLabel('工号').fill(here.auditor.login)
    await login.getByLabel('密码', { exact: true }).fill(here.auditor.password)
    await login.getByRole('button', { name: '登录' }).click()
    await expect(login.getByText('请输入验证器 App 上的六位动态验证码。')).toBeVisible()
    await audit(login, 'the login that asks for a code')
    await login.getByLabel('动态验证码').fill(used)
    await login.getByRole('button', { name: '登录' }).click()
    await expect(login.getByRole('alert')).toContainText('动态验证码不正确或已使用')
    used = await nextCode(secret, used)
    await login.getByLabel('动态验证码').fill(used)
    await login.getByRole('button', { name: '登录' }).click()
    await expect(login.getByTitle('我的账号')).toBeVisible()
  })

  await test.step('and is switched off again with a code', async () => {
    await login.goto('/admin/me')
    const step = section(login, '两步验证')
    await expect(async () => {
      await step.getByLabel('动态验证码').fill(await nextCode(secret, used))
      await step.getByRole('button', { name: '关闭两步验证' }).click()
      await expect(step.getByText('两步验证已关闭')).toBeVisible({ timeout: 3000 })
    }).toPass({ timeout: 70_000, intervals: [8000] })
  })
  expect(complaints).toEqual([])
  await context.close()
})
