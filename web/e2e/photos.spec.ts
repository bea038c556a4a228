import { expect, test, type Page } from '@playwright/test'
import { DESK, audit, listen } from './helpers/watch'
import { asStaff, dialPhoto, query, world } from './helpers/world'

const here = world()

interface Meters {
  meters: {
    nodes: { meterNo: string; selfRead: boolean; commodity: string; lastReading: { index: string } | null }[]
  }
}

interface Submitted {
  submitReading: { status: string; reading: { readingId: string } | null; userErrors: { message: string }[] }
}

/** A reading with a photo on which there is nothing to be read. */
async function unreadable(page: Page): Promise<{ meterNo: string; readingId: string }> {
  const text = '{ meters(first: 100) { nodes { meterNo selfRead commodity lastReading { index } } } }'
  const { meters } = await query<Meters>(page, text, {})
  const meter = meters.nodes.filter((one) => !one.selfRead && one.commodity === 'WATER' && one.lastReading).at(-1)
  if (!meter?.lastReading) throw new Error('there is no meter to read')
  const buffer = await dialPhoto(page, ' '.repeat(8))
  const stored = await page.request.post('/photos', {
    headers: { 'X-Requested-With': 'chaobiao' },
    multipart: { photo: { name: 'dial.png', mimeType: 'image/png', buffer } },
  })
  const { hash } = (await stored.json()) as { hash: string }
  const submit = `mutation Read($input: SubmitReadingInput!) {
    submitReading(input: $input) { status reading { readingId } userErrors { message } }
  }`
  const input = {
    idempotencyKey: `e2e-photo-${Date.now()}`,
    meterNo: meter.meterNo,
    index: (BigInt(meter.lastReading.index.split('.')[0] ?? '0') + 1n).toString(),
    channel: 'FIELD',
    photo: hash,
  }
  const { submitReading } = await query<Submitted>(page, submit, { input })
  expect(submitReading.userErrors).toEqual([])
  expect(submitReading.status).toBe('ACCEPTED')
  return { meterNo: meter.meterNo, readingId: submitReading.reading?.readingId ?? '' }
}

test('x5: a photo the program cannot read stops nothing, and is looked at by keyboard', async ({ browser }) => {
  const field = await browser.newContext({ baseURL: here.baseUrl })
  const reader = await field.newPage()
  await reader.goto('/m/')
  await asStaff(reader, here.reader)
  const { meterNo, readingId } = await unreadable(reader)
  const text = 'query Seen($id: String!) { reading(readingId: $id) { photoCheck { verdict } } }'
  interface Seen {
    reading: { photoCheck: { verdict: string } | null }
  }
  const verdict = async () => (await query<Seen>(reader, text, { id: readingId })).reading.photoCheck?.verdict
  await expect.poll(verdict, { timeout: 20_000 }).toMatch(/^(UNSURE|RETAKE)$/)
  await field.close()

  const desk = await browser.newContext({ baseURL: here.baseUrl, locale: 'zh-CN', viewport: DESK })
  const page = await desk.newPage()
  const complaints = listen(page)
  await asStaff(page, here.reviewer)
  await page.goto('/admin/photos')
  const row = page.getByRole('listitem').filter({ hasText: meterNo })
  await row.getByRole('button').click()
  const detail = page.getByRole('region', { name: `表 ${meterNo} 的读数` })
  await expect(detail.getByRole('img', { name: '抄表照片' })).toBeVisible()
  await expect(detail.getByRole('region', { name: '照片核对' })).toBeVisible()
  await expect(detail.getByText('历史读数')).toBeVisible()
  await audit(page, 'photos to look at')
  await page.keyboard.press('u')
  await expect(page.getByText(`${meterNo} 照片看不清`)).toBeVisible()
  await expect(row).toHaveCount(0)
  await page.reload()
  await expect(page.getByRole('heading', { name: '照片核对' })).toBeVisible()
  await expect(page.getByText('正在取照片…')).toBeHidden()
  await expect(row, 'what was decided does not come back').toHaveCount(0)
  expect(complaints).toEqual([])
  await desk.close()
})
