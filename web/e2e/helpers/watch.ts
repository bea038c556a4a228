import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, type Page } from '@playwright/test'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export const PHONE = { width: 360, height: 740 }
export const DESK = { width: 1440, height: 900 }
const WIDTHS = [360, 390, 1440]
const LARGER = 1.5

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

/** By how much the page is wider than its window, and what in it reaches out. */
async function beyond(page: Page): Promise<{ by: number; what: string[] }> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return { by: 0, what: [] }
    const out = [...document.body.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > clientWidth + 1)
    const last = out.filter((one) => ![...one.children].some((child) => out.includes(child)))
    return { by: scrollWidth - clientWidth, what: last.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)) }
  })
}

/** Text alone larger, as people set it in WeChat or on their phone; everything else stays. */
export async function enlarge(page: Page, times: number): Promise<void> {
  await page.evaluate((by) => {
    const all = [...document.querySelectorAll<HTMLElement | SVGElement>('body, body *')]
    const sizes = all.map((one) => parseFloat(getComputedStyle(one).fontSize))
    all.forEach((one, at) => {
      one.setAttribute('data-size-before', one.style.fontSize)
      one.style.fontSize = `${(sizes[at] ?? 0) * by}px`
    })
  }, times)
}

async function asItWas(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const one of document.querySelectorAll<HTMLElement>('[data-size-before]')) {
      one.style.fontSize = one.getAttribute('data-size-before') ?? ''
      one.removeAttribute('data-size-before')
    }
  })
}

async function fits(page: Page, name: string, widths: readonly number[]): Promise<void> {
  const before = page.viewportSize() ?? DESK
  for (const width of widths) {
    await page.setViewportSize({ width, height: before.height })
    expect.soft(await beyond(page), `${name} at ${width} px is wider than its window`).toEqual({ by: 0, what: [] })
  }
  await page.setViewportSize(before)
}

/** The page as it stands: accessible, and nowhere wider than its window, with larger text neither. */
export async function audit(page: Page, name: string): Promise<void> {
  await fits(page, name, WIDTHS)
  await enlarge(page, LARGER)
  await fits(page, `${name} with text at ${LARGER * 100} %`, [Math.min(...WIDTHS), Math.max(...WIDTHS)])
  await asItWas(page)
  expect.soft(await violations(page), `${name}: accessibility`).toEqual([])
}
