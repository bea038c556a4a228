import { expect, test } from '@playwright/test'
import { enter, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36).toUpperCase()

test('r9_r12_an_article_is_pushed_to_a_campus_and_every_message_is_accounted_for', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.reviewer)
  const title = `节前预存水费 ${stamp}`
  await page.goto('/admin/articles')
  await page.getByText('写一篇').click()
  await page.getByLabel('标题').fill(title)
  await page.getByLabel('正文').fill('放假前可多存一些。')
  await page.getByRole('button', { name: '存为草稿' }).click()
  await expect(page.getByRole('button', { name: '发布第 1 稿' })).toBeVisible()
  await expect(section(page, '推送')).toHaveCount(0)
  await page.getByRole('button', { name: '发布第 1 稿' }).click()

  await test.step('published, it is pushed once', async () => {
    const push = section(page, '推送')
    await push.getByRole('button', { name: '推送第 1 稿' }).click()
    await expect(page.getByText('已推送', { exact: false }).first()).toBeVisible()
    await expect(push.getByRole('listitem')).toContainText('推送第 1 稿给')
    await push.getByRole('button', { name: '推送第 1 稿' }).click()
    await expect(page.getByRole('alert')).toContainText('已经推送给该范围')
    await audit(page, 'an article that was pushed')
    await push.getByRole('link', { name: '每条消息的发送情况' }).click()
  })

  await test.step('each message says where it went, and none wants attention', async () => {
    await expect(page.getByRole('heading', { level: 1, name: '消息发送' })).toBeVisible()
    const row = page.getByRole('row').filter({ hasText: title }).first()
    await expect(row).toContainText('公众号')
    await expect(async () => {
      await page.reload()
      await expect(row).toContainText('已发出', { timeout: 2000 })
    }).toPass()
    await audit(page, 'messages of an article')
    await page.getByLabel('显示').selectOption('attention')
    await expect(page.getByText('没有这样的消息。')).toBeVisible()
    await audit(page, 'no message that wants attention')
  })
  await leave()
})
