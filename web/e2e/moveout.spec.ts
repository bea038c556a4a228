import { expect, test, type Page } from '@playwright/test'
import { does, enter, section } from './helpers/desk'
import { audit } from './helpers/watch'
import { query, world } from './helpers/world'

const here = world()

interface Account {
  accountNo: string
  campus: string
  meters: { meterNo: string; commodity: string; lastReading: { index: string; readAt: string } | null }[]
}

interface Submitted {
  submitReading: { reading: { status: string } | null; userErrors: { message: string }[] }
}

/** Reads all meters of an account today; whether nobody doubts any of it. */
async function readToday(page: Page, { meters }: Account): Promise<boolean> {
  const mutation = `mutation E2eLast($input: SubmitReadingInput!) {
    submitReading(input: $input) { reading { status } userErrors { message } } }`
  for (const { meterNo, lastReading } of meters) {
    const index = (BigInt(lastReading?.index.split('.')[0] ?? '0') + 2n).toString()
    const input = { idempotencyKey: `moveout-${meterNo}-${Date.now()}`, meterNo, index, channel: 'HANDHELD' }
    const { submitReading } = await query<Submitted>(page, mutation, { input })
    if (submitReading.reading?.status !== 'ACCEPTED') return false
  }
  return true
}

/** Somebody whose meters were all read today, without doubts. */
async function whoMovesOut(manager: Page, technician: Page): Promise<Account> {
  interface Found {
    accounts: { nodes: Account[] }
  }
  const text = `{ accounts(class: RESIDENT, first: 100) { nodes { accountNo campus
    meters { meterNo commodity lastReading { index readAt } } } } }`
  const { accounts } = await query<Found>(manager, text, {})
  const yesterday = Date.now() - 86_400_000
  const still = accounts.nodes.filter(
    ({ meters }) => meters.length > 0 && meters.every(({ lastReading }) => lastReading && Date.parse(lastReading.readAt) < yesterday),
  )
  for (const account of still.reverse().slice(0, 8)) if (await readToday(technician, account)) return account
  throw new Error('nobody can move out')
}

test('r96_r95_e5: a holder is settled, pays the rest, is cleared with a certificate, and the next one moves in', async ({ browser }) => {
  const manager = await enter(browser, here.reviewer)
  const technician = await enter(browser, here.technician)
  const cashier = await enter(browser, here.cashier)
  const { page } = manager
  const { accountNo, campus } = await whoMovesOut(page, technician.page)
  const open = async () => {
    const text = 'query E2eOpen($no: String!) { account(accountNo: $no) { openAmount } }'
    const { account } = await query<{ account: { openAmount: string } }>(cashier.page, text, { no: accountNo })
    return account.openAmount
  }

  await test.step('the manager looks at what there is, and settles it', async () => {
    await page.goto(`/admin/accounts/${accountNo}`)
    const out = section(page, '退房结算')
    await out.getByText('办理退房结算').click()
    await expect(out.getByLabel('最后的读数').getByRole('listitem').first()).toBeVisible()
    await expect(out.getByText(/还没有读数，先抄表/)).toHaveCount(0)
    await out.getByRole('button', { name: '加一笔其他费用' }).click()
    await out.getByLabel('已核对，结算后不能撤回').check()
    await out.getByRole('button', { name: '结算', exact: true }).click()
    await expect(page.getByText('其他费用要写明金额（如 12.50）和事由。')).toBeVisible()
    await out.getByLabel('费用（元）').fill('12.50')
    await out.getByLabel('事由').fill('门锁换芯')
    await audit(page, 'a move-out before it is settled')
    await out.getByRole('button', { name: '结算', exact: true }).click()
    await expect(page.getByText(/已结算：应缴 ¥[\d,.]+，抵扣后/)).toBeVisible()
    await expect(out).toContainText('止码')
    await audit(page, 'a move-out settled')
  })

  await test.step('what is still open is paid, and the holder is cleared', async () => {
    const rest = await open()
    if (rest !== '0') {
      await does(cashier.page, 'recordPayment', 'RecordPaymentInput', { campusId: campus, method: 'CASH', amount: rest, accountNos: [accountNo] })
      await expect.poll(open).toBe('0')
      await page.reload()
      await page.getByRole('button', { name: '结清', exact: true }).click()
    }
    const paper = page.getByRole('link', { name: new RegExp(`^JQ${accountNo}-\\d{8}$`) })
    await expect(paper).toBeVisible()
    const answer = await page.request.get((await paper.getAttribute('href')) ?? '')
    expect(answer.headers()['content-type']).toBe('application/pdf')
    expect((await answer.body()).subarray(0, 5).toString()).toBe('%PDF-')
    await audit(page, 'a holder who is cleared')
  })

  await test.step('the next holder moves in, and owes nothing', async () => {
    const cleared = section(page, '退房结算').or(section(page, '已结清'))
    await cleared.getByText('新户主入住').click()
    const form = page.getByRole('form', { name: '新户主入住' })
    await form.getByLabel('新户主或单位').fill('苗新来')
    await form.getByLabel('家庭人口').fill('2')
    await form.getByRole('button', { name: '入住' }).click()
    await expect(section(page, '户号资料')).toContainText('苗新来')
    await expect(section(page, '户号资料')).toContainText('2 人')
    expect(await open()).toBe('0')
    await expect(page.getByRole('link', { name: /^JQ/ })).toHaveCount(0)
    await audit(page, 'an account with its next holder')
  })
  for (const desk of [manager, technician, cashier]) await desk.leave()
})
