import { expect, test } from '@playwright/test'
import { DESK, PHONE } from './helpers/watch'
import { world } from './helpers/world'

const KB = 1024
const BUDGETS = [
  { app: 'residents', path: '/m/', viewport: PHONE, script: 100 * KB, style: 45 * KB, requests: 12 },
  { app: 'staff', path: '/admin/', viewport: DESK, script: 200 * KB, style: 45 * KB, requests: 14 },
]

for (const budget of BUDGETS) {
  test(`${budget.app}: what the first page costs on the wire`, async ({ browser }) => {
    const context = await browser.newContext({ baseURL: world().baseUrl, viewport: budget.viewport })
    const page = await context.newPage()
    const bytes: Record<string, number> = { script: 0, stylesheet: 0 }
    const sizes: Promise<void>[] = []
    let requests = 0
    page.on('requestfinished', (request) => {
      requests += 1
      const kind = request.resourceType()
      const add = async () => {
        const { responseBodySize } = await request.sizes()
        bytes[kind] = (bytes[kind] ?? 0) + responseBodySize
      }
      sizes.push(add())
    })
    await page.goto(budget.path, { waitUntil: 'networkidle' })
    await Promise.all(sizes)
    test.info().annotations.push({ type: 'bytes', description: JSON.stringify(bytes) })
    expect(bytes.script).toBeGreaterThan(10 * KB)
    expect(bytes.script).toBeLessThanOrEqual(budget.script)
    expect(bytes.stylesheet).toBeLessThanOrEqual(budget.style)
    expect(requests).toBeLessThanOrEqual(budget.requests)
    await context.close()
  })
}
