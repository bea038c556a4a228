import { expect, test } from '@playwright/test'
import { does, enter, hire, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36)
const leader = `值班长${stamp}`

test('r86_a_position_is_given_rights_by_two_people_and_whoever_holds_it_has_them_at_once', async ({ browser }) => {
  const first = await enter(browser, here.admin)
  const { page } = first

  const reader = await hire(browser, page, { login: `du.${stamp}`, roles: ['READER'] })

  await page.goto('/admin/')
  await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '权限矩阵' }).click()
  const matrix = section(page, '权限矩阵')

  await test.step('the matrix names every right and what each position has', async () => {
    await expect(matrix.getByRole('columnheader', { name: '收费员' })).toBeVisible()
    await expect(matrix.getByRole('row', { name: /^审核读数/ })).toContainText('通过或退回待审读数')
    await audit(page, 'the permission matrix')
    await page.setViewportSize({ width: 1024, height: 768 })
    await expect(page.getByRole('button', { name: '更改 收费员' })).toBeVisible()
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  await test.step('a new position is drafted in it: what must not be together is said before it is sent', async () => {
    await page.getByRole('button', { name: '新设岗位权限' }).click()
    const form = page.getByRole('form', { name: '新设岗位权限' })
    await expect(form.getByText('还没有改动。')).toBeVisible()
    await form.getByLabel('名称').fill(leader)
    await form.getByLabel('原因').fill('值班长审读数、复核日结')
    await matrix.getByLabel('新岗位：审核绑定').check()
    await matrix.getByLabel('新岗位：复核日结').check()
    await matrix.getByLabel('新岗位：收款', { exact: true }).check()
    await expect(form.getByText('收钱的人不能复核自己收的钱')).toBeVisible()
    await expect(form.getByRole('button', { name: '提出变更' })).toBeDisabled()
    await audit(page, 'a position being drafted')
    await matrix.getByLabel('新岗位：收款', { exact: true }).uncheck()
    await expect(form.getByText('加上：审核绑定、复核日结')).toBeVisible()
    await form.getByRole('button', { name: '提出变更' }).click()
    await expect(page.getByText(`“${leader}”的变更已提出`)).toBeVisible()
    const waiting = page.getByRole('article', { name: `待批准：${leader}` })
    await expect(waiting).toContainText('等另一位管理员批准。')
    await expect(waiting.getByRole('button', { name: '批准' })).toHaveCount(0)
  })

  const colleague = await enter(browser, reader)
  await colleague.page.goto('/admin/bindings')
  await expect(colleague.page.getByRole('heading', { name: '没有权限' })).toBeVisible()

  const second = await enter(browser, here.secondAdmin)
  await test.step('a second person approves it', async () => {
    await second.page.goto('/admin/roles')
    const waiting = second.page.getByRole('article', { name: `待批准：${leader}` })
    await expect(waiting).toContainText('新设：审核绑定、复核日结')
    await expect(waiting).toContainText('值班长审读数、复核日结')
    await audit(second.page, 'a change of rights that waits')
    await waiting.getByRole('button', { name: '批准' }).click()
    await expect(second.page.getByText(`“${leader}”的变更已批准`)).toBeVisible()
    await expect(section(second.page, '权限矩阵').getByRole('columnheader', { name: leader })).toBeVisible()
  })

  await test.step('it is given to somebody, who has its rights without signing in again', async () => {
    await second.page.goto('/admin/staff')
    await second.page.getByRole('button', { name: `设置 ${reader.login}` }).click()
    await second.page.getByRole('button', { name: leader }).click()
    await expect(second.page.getByText(`已授予「${leader}」`)).toBeVisible()
    await colleague.page.goto('/admin/bindings')
    await expect(colleague.page.getByRole('heading', { name: '绑定审核', level: 1 })).toBeVisible()
  })

  await test.step('what is taken from it again is gone with the next look', async () => {
    await page.goto('/admin/roles')
    await page.getByRole('button', { name: `更改 ${leader}` }).click()
    await matrix.getByLabel(`${leader}：审核绑定`).uncheck()
    const form = page.getByRole('form', { name: `更改“${leader}”` })
    await expect(form.getByText('去掉：审核绑定')).toBeVisible()
    await form.getByLabel('原因').fill('绑定归科里审')
    await form.getByRole('button', { name: '提出变更' }).click()
    await expect(page.getByText(`“${leader}”的变更已提出`)).toBeVisible()
    await second.page.goto('/admin/roles')
    const waiting = second.page.getByRole('article', { name: `待批准：${leader}` })
    await waiting.getByRole('button', { name: '批准' }).click()
    await expect(second.page.getByText(`“${leader}”的变更已批准`)).toBeVisible()
    await second.page.getByText(/^变更记录/).click()
    const history = section(second.page, '变更记录')
    await expect(history.getByRole('row').filter({ hasText: '绑定归科里审' })).toContainText('已批准')
    await audit(second.page, 'the record of changes of rights')
    await colleague.page.goto('/admin/bindings')
    await expect(colleague.page.getByRole('heading', { name: '没有权限' })).toBeVisible()
  })

  await test.step('whoever may only look is offered nothing to change', async () => {
    const auditor = await enter(browser, here.auditor)
    await auditor.page.goto('/admin/roles')
    await expect(section(auditor.page, '权限矩阵').getByRole('columnheader', { name: leader })).toBeVisible()
    await expect(auditor.page.getByRole('button', { name: '新设岗位权限' })).toHaveCount(0)
    await expect(auditor.page.getByRole('button', { name: '更改 收费员' })).toHaveCount(0)
    await auditor.leave()
  })

  await test.step('the campus is left as it was', async () => {
    await does(page, 'endEmployment', 'EndEmploymentInput', { login: reader.login })
  })
  await colleague.leave()
  await second.leave()
  await first.leave()
})
