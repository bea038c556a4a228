import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export const PHONE = { width: 360, height: 740 }
export const DESK = { width: 1440, height: 900 }
const WIDTHS = [360, 390, 1440]

/** Collects what a person would not see but the browser complains of. */
export function listen(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  return complaints
}

interface Violation {
  id: string
  nodes: { target: unknown[]; failureSummary?: string }[]
}

async function violations(page: Page): Promise<string[]> {
  // Evaluated by the driver, so the content security policy stays as it is served.
  await page.evaluate(axeSource)
  const found = await page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as {
      axe: { run(root: Document, options: object): Promise<{ violations: Violation[] }> }
    }
    return (await axe.run(document, { runOnly })).violations
  }, RULES)
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  )
}

/** The page as it stands: accessible, and nowhere wider than its window. */
export async function audit(page: Page, name: string): Promise<void> {
  const before = page.viewportSize() ?? DESK
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: before.height })
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    expect.soft(overflow, `${name} at ${width} px is wider than its window`).toBeLessThanOrEqual(0)
  }
  await page.setViewportSize(before)
  expect.soft(await violations(page), `${name}: accessibility`).toEqual([])
}
