import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createRouterMatcher, START_LOCATION } from 'vue-router'

const text = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

/** What a router knows, from its source: its pages want a document. What catches all the rest is none of them. */
function routesOf(source: string) {
  const paths = [...text(source).matchAll(/\bpath: '([^']+)'/g)].map(([, path = '']) => path)
  const routes = paths.filter((path) => !path.includes('(.*)')).map((path) => ({ path, component: {} }))
  return createRouterMatcher(routes, {})
}

const routers = { '/admin': routesOf('../src/admin/router.ts'), '/m': routesOf('../src/m/router.ts') }

function isThere(path: string): boolean {
  const [base, router] = Object.entries(routers).find(([start]) => path.startsWith(`${start}/`)) ?? []
  return base !== undefined && router !== undefined && router.resolve({ path: path.slice(base.length) }, START_LOCATION).matched.length > 0
}

test('r90_every_page_an_exercise_names_is_there', () => {
  const named = new Set([...text('../../docs/handbook/training.md').matchAll(/`(\/(?:admin|m)\/[^`]*)`/g)].map(([, path = '']) => path))
  // A router that finds everything would let every path pass.
  for (const path of ['/admin/no-such-page', '/m/no-such-page', '/m/cashier']) expect(isThere(path), path).toBe(false)
  expect([...named].filter((path) => !isThere(path))).toEqual([])
  expect(named.size).toBeGreaterThanOrEqual(40)
})
