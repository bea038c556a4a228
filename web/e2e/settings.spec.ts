import { expect, test } from '@playwright/test'
import { enter, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { query, world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36).toUpperCase()

test('r96_an_import_profile_is_written_changed_as_a_version_and_taken_out_of_use', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.technician)
  const id = `XS-${stamp}`
  await page.goto('/admin/')
  await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '导入方案' }).click()

  await test.step('what is wanting is said, and a profile that says it is published', async () => {
    await page.getByText('新建导入方案', { exact: true }).click()
    const form = page.getByRole('form', { name: '新建导入方案' })
    await form.getByLabel('编号').fill(id)
    await form.getByLabel('名称').fill('学生公寓系统')
    await form.getByRole('button', { name: '去掉第 3 项' }).click()
    await expect(form.getByText('还缺：抄表时间或抄表日期')).toBeVisible()
    await form.getByRole('button', { name: '加一列' }).click()
    for (const [at, name] of ['表号', '读数', '时间'].entries()) {
      await form.getByRole('group', { name: `第 ${at + 1} 项` }).getByRole('textbox', { name: '列名' }).fill(name)
    }
    await expect(form.getByText('还缺')).toHaveCount(0)
    await audit(page, 'an import profile being written')
    await form.getByRole('button', { name: '发布' }).click()
    await expect(page.getByRole('heading', { name: `导入方案 ${id}` })).toBeVisible()
    await expect(section(page, '现在的样子')).toContainText('第 1 版')
  })

  await test.step('a change is looked at before it is the next version', async () => {
    await page.getByText('更改', { exact: true }).click()
    const form = page.getByRole('form', { name: '更改导入方案' })
    await expect(form.getByText('还没有改动。')).toBeVisible()
    await form.getByRole('group', { name: '第 2 项' }).getByLabel('怎么找').selectOption('NUMBER')
    await form.getByRole('group', { name: '第 2 项' }).getByRole('spinbutton', { name: '第几列' }).fill('4')
    await form.getByRole('button', { name: '加一种不要的行' }).click()
    await form.getByRole('group', { name: '不要的行 1' }).getByRole('textbox', { name: '列名' }).fill('状态')
    await form.getByLabel('是这些之一，一行一个').fill('未抄')
    await form.getByLabel('或是空的').check()
    const preview = form.getByRole('region', { name: '逐项改动' })
    await expect(preview.getByRole('row').filter({ hasText: '列：读数' })).toContainText('第 4 列')
    await audit(page, 'an import profile being changed')
    await form.getByRole('button', { name: '发布第 2 版' }).click()
    await expect(page.getByText('已发布第 2 版')).toBeVisible()
    await page.reload()
    await expect(section(page, '现在的样子')).toContainText('“未抄”、空的')
    await expect(section(page, '现在的样子')).toContainText(`chaobiao import with ${id} 文件 --dry-run`)
    const versions = section(page, '版本')
    await versions.locator('summary').filter({ hasText: '第 2 版' }).click()
    const changed = versions.getByRole('region', { name: '第 2 版改了什么' })
    await expect(changed.getByRole('row').filter({ hasText: '列：读数' })).toContainText('第 4 列')
    await expect(changed.getByRole('columnheader', { name: '第 1 版' })).toBeVisible()
    await audit(page, 'versions of an import profile')
  })

  await test.step('taken out of use it is no longer offered', async () => {
    await page.getByText('停用', { exact: true }).first().click()
    await page.getByLabel(/不再有这样的文件/).check()
    await page.getByRole('button', { name: '停用' }).click()
    await expect(page.getByText('没有这个导入方案，或已停用。')).toBeVisible()
    await page.getByRole('link', { name: '‹ 导入方案' }).click()
    await expect(page.getByRole('link', { name: id })).toHaveCount(0)
  })
  await leave()
})

interface Versions {
  validationRules: { version: number; effectiveFrom: string | null }[]
}

test('r96_validation_rules_are_looked_at_changed_and_published_for_days_to_come', async ({ browser }) => {
  const manager = await enter(browser, here.reviewer)
  const { page } = manager
  // So far off that no reading of these tests is judged by it, and after every version before.
  const { validationRules } = await query<Versions>(page, '{ validationRules { version effectiveFrom } }', {})
  const last = validationRules[0]?.effectiveFrom ?? '2090-01-01'
  const year = Math.max(2090, Number(last.slice(0, 4)) + 1)
  await page.goto('/admin/')
  await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '校验规则' }).click()

  await test.step('the rules in force are shown with their limits', async () => {
    const present = section(page, '现行规则')
    await expect(present).toContainText('现行')
    await present.getByText('各项限值').click()
    await expect(present.getByRole('row').filter({ hasText: '高于参照日均的倍数' }).first()).toContainText('倍')
    await audit(page, 'validation rules')
  })

  await test.step('a change is shown against them before it is published', async () => {
    await page.getByText('发布新版', { exact: true }).first().click()
    const form = page.getByRole('form', { name: '发布新版校验规则' })
    await expect(form.getByText('还没有改动。')).toBeVisible()
    await form.getByLabel('从哪天的读数起用').fill(`${year}-01-01`)
    await form.getByLabel('调整原因').fill(`暑期用水少 ${stamp}`)
    await form.getByText('水表的限值').click()
    const water = form.getByRole('group', { name: '水表 V23' })
    await water.getByLabel('离标定位置最远').fill('5')
    await form.getByText('各类用户另定的限值').click()
    await form.getByLabel('单位用户的电表另定').check()
    await form.getByRole('group', { name: '单位用户电表 V7' }).getByLabel('高于参照日均的倍数').fill('4')
    const preview = form.getByRole('region', { name: '逐项改动' })
    await expect(preview.getByRole('row').filter({ hasText: '水表 · 离标定位置最远' })).toContainText('5 米')
    await expect(preview.getByRole('row').filter({ hasText: '单位用户电表 · 高于参照日均的倍数' })).toContainText('4 倍')
    await audit(page, 'validation rules being changed')
    await form.getByRole('button', { name: '发布新版' }).click()
    await expect(page.getByText('出错的限值：水表 · 离标定位置最远')).toBeVisible()
    await water.getByLabel('离标定位置最远').fill('150')
    await form.getByRole('button', { name: '发布新版' }).click()
    await expect(page.getByText(new RegExp(`已发布第 \\d+ 版，从 ${year}-01-01 的读数起用`))).toBeVisible()
  })

  await test.step('it stands among the versions, still to come', async () => {
    const row = page.getByRole('row').filter({ hasText: `暑期用水少 ${stamp}` })
    await expect(row).toContainText('还没生效')
    await row.getByRole('link').click()
    await expect(page).toHaveURL(/version=\d+/)
    await expect(section(page, '所选版本')).toContainText('单位用户的电表另定的限值')
    await audit(page, 'a version to come')
  })
  await manager.leave()

  const reader = await enter(browser, here.reader)
  await reader.page.goto('/admin/validation-rules')
  await expect(section(reader.page, '现行规则')).toBeVisible()
  await expect(reader.page.getByText('发布新版')).toHaveCount(0)
  await reader.leave()
})
