import { expect, test, type Page } from '@playwright/test'
import { thisMonth } from '../src/shared/when'
import { enter, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { query, world } from './helpers/world'

const here = world()
const stamp = Date.now().toString(36)

interface Unpaid {
  unpaidNotices: { nodes: { accountNo: string; openAmount: string }[] }
}

/** Accounts that owe something, the last of them: other tests take the first. */
async function owing(page: Page, count: number): Promise<string[]> {
  const text = '{ unpaidNotices(first: 60) { nodes { accountNo openAmount } } }'
  const { unpaidNotices } = await query<Unpaid>(page, text, {})
  const numbers = [...new Set(unpaidNotices.nodes.map(({ accountNo }) => accountNo))].reverse()
  const free: string[] = []
  for (const accountNo of numbers) {
    const agreed = await query<{ payrollMandate: object | null }>(
      page,
      'query Agreed($no: String!) { payrollMandate(accountNo: $no) { accountNo } }',
      { no: accountNo },
    )
    if (!agreed.payrollMandate) free.push(accountNo)
    if (free.length === count) return free
  }
  throw new Error(`fewer than ${count} accounts owe anything`)
}

test('r94_who_has_agreed_is_asked_for_in_a_batch_and_what_comes_back_is_booked_once', async ({ browser }) => {
  test.setTimeout(240_000)
  const manager = await enter(browser, here.reviewer)
  const finance = await enter(browser, here.finance)
  const [one = '', other = ''] = await owing(manager.page, 2)

  await test.step('the manager notes who has agreed, on the account', async () => {
    const { page } = manager
    for (const [at, accountNo] of [one, other].entries()) {
      await page.goto(`/admin/accounts/${accountNo}`)
      const card = section(page, '工资代扣')
      await expect(card).toContainText('没有签约')
      await card.getByLabel('工号').fill(`T${at}${stamp}`)
      await card.getByRole('button', { name: '登记签约' }).click()
      await expect(card).toContainText('已签约')
      await expect(card).toContainText(`T${at}${stamp}`)
    }
    await audit(page, 'an account with an agreement')
  })

  const { page } = finance
  let batchNo = ''
  await test.step('finance makes the batch, and downloads its file', async () => {
    await page.goto('/admin/')
    await page.getByRole('navigation', { name: '功能' }).getByRole('link', { name: '工资代扣' }).click()
    await page.getByLabel('扣哪个月的工资').fill(thisMonth())
    await page.getByRole('button', { name: '生成批次' }).click()
    const said = page.getByText(/已生成批次 GZ\d+/)
    await expect(said).toBeVisible()
    batchNo = /GZ\d+/.exec(await said.innerText())?.[0] ?? ''
    await audit(page, 'payroll batches')
    await page.getByRole('button', { name: '生成批次' }).click()
    await expect(page.getByRole('alert')).toContainText('没有已签约且欠费的户号')
    await page.getByRole('link', { name: batchNo, exact: true }).click()
    await expect(page.getByRole('heading', { name: `代扣批次 ${batchNo}` })).toBeVisible()
  })
  const href = (await page.getByRole('link', { name: '代扣文件 CSV' }).getAttribute('href')) ?? ''
  const file = await (await page.request.get(href)).text()
  expect(file).toContain(`T0${stamp}`)
  const asked = (accountNo: string) => file.split(/\r?\n/).find((line) => line.includes(`,${accountNo},`))?.split(',')[4] ?? ''

  await test.step('a file of something else is not taken, and the page says where it is wrong', async () => {
    await page.getByText('录入回盘', { exact: true }).first().click()
    const form = page.getByRole('form', { name: '录入回盘' })
    await form.getByLabel('回盘内容').fill(`户号,实扣金额\n${one},一百\n`)
    await expect(form.getByLabel('读不懂的行')).toContainText('第 2 行')
    await expect(form.getByRole('button', { name: /^录入/ })).toBeDisabled()
  })

  await test.step('what came back is booked row by row, and again changes nothing', async () => {
    const back = file
      .split(/\r?\n/)
      .map((line) => {
        if (line.includes(`,${one},`)) return line.replace(/,,$/, `,${asked(one)},`)
        return line.includes(`,${other},`) ? line.replace(/,,$/, ',0,工资不足') : line
      })
      .join('\n')
    const form = page.getByRole('form', { name: '录入回盘' })
    await form.getByLabel('回盘文件（CSV）').setInputFiles({ name: 'back.csv', mimeType: 'text/csv', buffer: Buffer.from(back) })
    await expect(form.getByRole('button', { name: '录入 2 行' })).toBeEnabled()
    await audit(page, 'what payroll sent back')
    await form.getByRole('button', { name: '录入 2 行' }).click()
    await expect(page.getByText('已记下 2 行：入账 1，记为未扣 1')).toBeVisible()
    const rows = section(page, '逐户代扣')
    await expect(rows.getByRole('row').filter({ hasText: one })).toContainText('已扣')
    await expect(rows.getByRole('row').filter({ hasText: other })).toContainText('工资不足')
    await form.getByLabel('回盘内容').fill(back)
    await form.getByRole('button', { name: '录入 2 行' }).click()
    await expect(page.getByText('已记下 2 行：早已记过 2')).toBeVisible()
  })

  await test.step('what the payroll office pays in is set against the batch, and taken back', async () => {
    const card = section(page, '工资部门来款')
    await expect(card).toContainText('等来款')
    await page.goto('/admin/bank')
    await page.getByText('录入一条流水').click()
    await page.getByLabel('流水号', { exact: true }).fill(`B${stamp}`)
    await page.getByLabel('金额（元）').fill(asked(one))
    await page.getByRole('button', { name: '录入', exact: true }).click()
    await expect(page.getByText('流水已录入')).toBeVisible()
    await page.goto(`/admin/payroll/${batchNo}`)
    const form = page.getByRole('form', { name: '对来款' })
    const fill = async (amount: string) => {
      await form.getByLabel('流水号').fill(`B${stamp}`)
      await form.getByLabel('金额（元）').fill(amount)
      await form.getByRole('button', { name: '对上' }).click()
    }
    await fill('0.01')
    await expect(card.getByRole('alert')).toContainText('合计等于流水金额')
    await fill(asked(one))
    await expect(card).toContainText('已结清')
    await audit(page, 'money of the payroll office')
    await card.getByRole('button', { name: `撤回 B${stamp}` }).click()
    await card.getByLabel(/^撤回 .* 的原因/).fill('不是这一批')
    await card.getByRole('button', { name: '撤回来款' }).click()
    await expect(card).toContainText('等来款')
  })

  await test.step('rows are looked at by their state, and a deducted one leads to its payment', async () => {
    await page.getByLabel(/^状态/).selectOption('PAID')
    await expect(page).toHaveURL(/state=PAID/)
    const row = section(page, '逐户代扣').getByRole('row').filter({ hasText: one })
    await expect(section(page, '逐户代扣').locator('tbody tr')).toHaveCount(1)
    await audit(page, 'a payroll batch')
    await row.getByRole('link', { name: '查看' }).click()
    await expect(section(page, '收款资料')).toContainText('工资代扣')
  })

  await test.step('whoever has agreed may end it', async () => {
    const card = section(manager.page, '工资代扣')
    await card.getByLabel('解约的原因').fill('调离')
    await card.getByRole('button', { name: '解约' }).click()
    await expect(card).toContainText('没有签约')
  })
  await finance.leave()
  await manager.leave()
})

test('r94_a_department_pays_by_a_voucher_of_its_own_number', async ({ browser }) => {
  const { page, leave } = await enter(browser, here.finance)
  const [accountNo = ''] = await owing(page, 1)
  const voucherNo = `记-${stamp}`
  const fill = async () => {
    const form = page.getByRole('form', { name: '登记校内转账凭证' })
    await form.getByLabel('凭证号').fill(voucherNo)
    await form.getByLabel('转出部门').fill('物理学院')
    await form.getByLabel('转账金额（元）').fill('1.00')
    await form.getByRole('button', { name: '登记入账' }).click()
  }

  await test.step('from the account, for the account', async () => {
    await page.goto(`/admin/accounts/${accountNo}`)
    await page.getByRole('link', { name: '校内转账' }).last().click()
    await expect(page).toHaveURL(new RegExp(`vouchers\\?account=${accountNo}`))
    await expect(page.getByLabel('付哪些户')).toHaveValue(accountNo)
    await fill()
    await expect(page.getByText(`凭证 ${voucherNo} 已入账 ¥1.00`)).toBeVisible()
    await expect(section(page, '入账结果')).toContainText(accountNo)
    await expect(page.getByRole('row').filter({ hasText: voucherNo })).toContainText('已入账')
    await audit(page, 'vouchers')
  })

  await test.step('its number is used once', async () => {
    await fill()
    await expect(page.getByRole('alert')).toBeVisible()
    await expect(page.getByRole('row').filter({ hasText: voucherNo })).toHaveCount(1)
  })

  await test.step('it is a payment like others, found by how it came', async () => {
    await page.getByRole('row').filter({ hasText: voucherNo }).getByRole('link').first().click()
    await expect(section(page, '收款资料')).toContainText(voucherNo)
    await page.goto(`/admin/payments?method=INTERNAL_TRANSFER&account=${accountNo}`)
    await expect(page.locator('tbody tr').first()).toContainText('校内转账')
  })
  await leave()
})
