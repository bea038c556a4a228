import { belongs, cacheOf, keptAs, outdated, type Build } from './shell'

/** Put in place by scripts/worker.mjs, once it is known what was built. */
declare const __BUILD__: Build
const build = __BUILD__

interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface Asking extends Lasting {
  readonly request: Request
  respondWith(answer: Promise<Response>): void
}

interface Scope {
  readonly location: Location
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(kind: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(kind: 'fetch', listener: (event: Asking) => void): void
  addEventListener(kind: 'message', listener: (event: MessageEvent) => void): void
}

const worker = self as unknown as Scope

async function fill(): Promise<void> {
  const cache = await caches.open(cacheOf(build))
  // Files carry their content's hash in their names: what the browser has already is not asked for.
  await cache.addAll(build.files)
  const page = await fetch(build.page, { cache: 'reload' })
  if (!page.ok || !belongs(await page.clone().text(), build)) throw new Error('the page is of another build')
  await cache.put(build.page, page)
}

async function clear(): Promise<void> {
  await Promise.all(outdated(await caches.keys(), build).map((name) => caches.delete(name)))
  await worker.clients.claim()
}

async function answer(request: Request, kept: string): Promise<Response> {
  const cache = await caches.open(cacheOf(build))
  return (await cache.match(kept)) ?? fetch(request)
}

worker.addEventListener('install', (event) => event.waitUntil(fill()))
worker.addEventListener('activate', (event) => event.waitUntil(clear()))
worker.addEventListener('fetch', (event) => {
  const kept = keptAs(event.request, worker.location.origin, build)
  if (kept !== null) event.respondWith(answer(event.request, kept))
})
// Only when somebody says so: an open page goes on with what it was started with.
worker.addEventListener('message', ({ data }) => {
  if (data === 'take-over') void worker.skipWaiting()
})
