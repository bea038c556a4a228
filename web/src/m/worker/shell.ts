/** What one build of the pages is made of, written into the worker when it is built. */
export interface Build {
  version: string
  /** The page itself, under the address it is kept by. */
  page: string
  files: readonly string[]
}

const CACHES = 'chaobiao-m-'

/** Where the field pages are: nobody else's pages come from the worker. */
const FIELD = /^\/m\/staff(\/|$)/

export function cacheOf({ version }: Build): string {
  return `${CACHES}${version}`
}

/** What earlier builds left behind; nothing of anybody else's. */
export function outdated(names: readonly string[], build: Build): string[] {
  return names.filter((name) => name.startsWith(CACHES) && name !== cacheOf(build))
}

interface Asked {
  method: string
  mode: string
  url: string
}

/**
 * Under which address the answer to a request is kept; null for whatever only the server answers:
 * data, pictures, papers and everything that is not part of the build.
 */
export function keptAs({ method, mode, url }: Asked, origin: string, build: Build): string | null {
  const address = new URL(url)
  if (method !== 'GET' || address.origin !== origin) return null
  if (mode === 'navigate') return FIELD.test(address.pathname) ? build.page : null
  return build.files.includes(address.pathname) ? address.pathname : null
}

/**
 * Whether a page names nothing but what this build has. While a server is being replaced it may
 * hand out the next page with this worker, and the two must not be kept together.
 */
export function belongs(page: string, build: Build): boolean {
  const named = page.match(/\/assets\/[\w.-]+/g) ?? []
  return named.length > 0 && named.every((name) => build.files.includes(name))
}
