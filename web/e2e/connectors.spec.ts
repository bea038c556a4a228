import { expect, test } from '@playwright/test'
import { DESK, audit, listen } from './helpers/watch'
import { asStaff, query, world } from './helpers/world'

const here = world()
const PUBLISH = `mutation E2ePublishProfile($input: PublishImportProfileInput!) {
  publishImportProfile(input: $input) { userErrors { code message } } }`

function profile(profileId: string) {
  const column = (field: string, name: string) => ({ field, place: { name } })
  return {
    idempotencyKey: crypto.randomUUID(),
    profileId,
    layout: {
      name: '能耗平台',
      kind: 'PLATFORM_READINGS',
      format: 'JSON',
      rowsAt: '/data',
      encoding: 'UTF8',
      columns: [column('METER_NO', 'meter'), column('INDEX', 'value'), column('READ_AT', 'time')],
    },
  }
}

test('r13_r17_r96_a_platform_is_connected_asked_changed_and_stopped', async ({ browser }) => {
  const context = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: DESK })
  const page = await context.newPage()
  const complaints = listen(page)
  await asStaff(page, here.technician)
  const id = `PT-${Date.now()}`
  await query(page, PUBLISH, { input: profile(id) })
  await page.goto('/admin/')
  await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '平台对接' }).click()

  await test.step('an address with a password in it is refused in words', async () => {
    await page.getByText('登记平台对接').click()
    const form = page.getByRole('form', { name: '登记平台对接' })
    await form.getByLabel('编号').fill(id)
    await form.getByLabel('名称').fill('能耗监测平台')
    await form.getByLabel('网址').fill('https://me:secret@platform.example/readings')
    await form.getByLabel('导入方案').selectOption(id)
    await form.getByRole('button', { name: '登记', exact: true }).click()
    await expect(page.getByRole('alert')).toContainText('密钥文件')
    await form.getByLabel('网址').fill('https://platform.example/readings?day={yesterday}')
    await form.getByRole('button', { name: '登记', exact: true }).click()
    await expect(page.getByText(`平台对接 ${id} 已登记`)).toBeVisible()
  })
  await audit(page, 'connectors')
  await page.getByRole('link', { name: id }).click()

  await test.step('asked at once it says why nothing came', async () => {
    await page.getByRole('button', { name: '马上取一次' }).click()
    const runs = page.getByRole('region', { name: '每次取数' })
    await expect(runs.getByRole('row').nth(1)).toContainText('不允许访问该主机', { timeout: 30_000 })
    await expect(page.getByText('连续失败 1 次')).toBeVisible()
  })

  await test.step('its schedule is another one, and stays so', async () => {
    const form = page.getByRole('form', { name: '设置' })
    await form.getByLabel('间隔').selectOption('60')
    await form.getByLabel('从几点起').fill('06:10')
    await form.getByRole('button', { name: '更改设置' }).click()
    await expect(page.getByText('设置已更改')).toBeVisible()
    await page.reload()
    await expect(page.getByText('每小时一次，00:10 起')).toBeVisible()
  })

  await test.step('stopped it is not asked, and goes on when it is wanted again', async () => {
    await page.getByText('停用', { exact: true }).first().click()
    await page.getByLabel('停用的原因').fill('平台升级')
    await page.getByRole('button', { name: '停用', exact: true }).click()
    await expect(page.getByText('已停用', { exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: '马上取一次' })).toHaveCount(0)
    await audit(page, 'a stopped connector')
    await page.getByRole('button', { name: '恢复' }).click()
    await expect(page.getByText('已恢复')).toBeVisible()
  })
  // Nobody asks it again after this test.
  await page.getByText('停用', { exact: true }).first().click()
  await page.getByLabel('停用的原因').fill('测试结束')
  await page.getByRole('button', { name: '停用', exact: true }).click()
  expect(complaints).toEqual([])
  await context.close()
})
