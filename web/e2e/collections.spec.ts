import { expect, test } from '@playwright/test'
import { enter, section } from './helpers/desk'
import { PHONE, audit } from './helpers/watch'
import { query, world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36)

interface Accounts {
  accounts: { nodes: { accountNo: string }[] }
}

interface Me {
  me: { staff: { campus: string } }
}

test('r62_a_manager_plans_a_round_and_the_cashier_collects_at_the_doors', async ({ browser }) => {
  const manager = await enter(browser, here.reviewer)
  const cashier = await enter(browser, here.cashier)
  const plan = manager.page
  const walk = cashier.page
  await walk.setViewportSize(PHONE)
  const { me } = await query<Me>(walk, '{ me { staff { campus } } }', {})
  const { campus } = me.staff
  const { accounts } = await query<Accounts>(
    plan,
    'query E2eDoors($campus: String) { accounts(campus: $campus, first: 20) { nodes { accountNo } } }',
    { campus },
  )
  const doors = accounts.nodes.map((one) => one.accountNo).slice(-2)
  const [first = '', second = ''] = doors
  expect(second).not.toBe('')

  await test.step('the manager plans it', async () => {
    await plan.goto('/admin/')
    await plan.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '上门收费' }).click()
    await plan.getByRole('link', { name: '安排上门收费' }).click()
    await plan.getByLabel(/^校区/).selectOption(campus)
    await expect(plan.locator('[aria-busy="true"]')).toHaveCount(0)
    for (const box of await plan.getByRole('checkbox', { name: /^上门 / }).all()) await box.uncheck()
    const form = plan.getByRole('form', { name: '安排上门收费' })
    await form.getByLabel('另加户号（可空）').fill(doors.join('、'))
    await form.getByLabel('收费员（工号）').fill(here.cashier.login)
    await form.getByLabel('备注（可空）').fill(stamp)
    await audit(plan, 'a round being planned')
    await form.getByRole('button', { name: '安排 2 户' }).click()
    await expect(plan).toHaveURL(/collection-rounds\/[0-9a-f-]{36}$/)
    await expect(section(plan, '进度')).toContainText(stamp)
    await expect(plan.getByRole('button', { name: /^登记结果/ })).toHaveCount(0)
  })

  await test.step('the cashier notes that nobody is home, in two taps', async () => {
    await walk.goto(new URL(plan.url()).pathname)
    await walk.getByRole('button', { name: `登记结果 ${first}` }).click()
    await audit(walk, 'a list that is walked')
    await walk.getByRole('group', { name: `${first} 的结果` }).getByRole('button', { name: '无人' }).click()
    await expect(walk.getByText(`${first} 已登记：无人`)).toBeVisible()
  })

  await test.step('takes the money next door, with the receipt on the spot, and comes back', async () => {
    await walk.getByRole('link', { name: `收款 ${second}`, exact: true }).click()
    await walk.getByLabel('入账金额（元）').fill('12.30')
    await audit(walk, 'money taken at a door')
    await walk.getByRole('button', { name: '收款并开收据' }).click()
    await expect(section(walk, '收款结果')).toContainText('收据号')
    await expect(walk.getByText('已登记：已收')).toBeVisible()
    await walk.getByRole('button', { name: '下一位' }).click()
    const figures = section(walk, '进度')
    await expect(figures).toContainText('收款¥12.30')
    await walk.getByRole('link', { name: /^收据 / }).click()
    await walk.getByRole('link', { name: '返回上门名单' }).click()
    await expect(figures).toContainText('收款¥12.30')
  })

  await test.step('and ends the round, which the manager sees', async () => {
    await walk.getByRole('button', { name: '结束' }).click()
    await expect(walk.getByText('本次上门收费已结束')).toBeVisible()
    await expect(walk.getByRole('button', { name: /^登记结果/ })).toHaveCount(0)
    await plan.reload()
    await expect(section(plan, '进度')).toContainText('已结束')
    await expect(section(plan, '进度')).toContainText('收款¥12.30')
  })
  await manager.leave()
  await cashier.leave()
})
