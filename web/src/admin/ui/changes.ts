/** One thing a version says, in words. */
export interface Entry {
  name: string
  value: string
}

export interface Change {
  name: string
  /** Null where it was not said before, or is not any more. */
  before: string | null
  after: string | null
}

/** What a new version says otherwise than the one before. */
export function changesOf(before: readonly Entry[], after: readonly Entry[]): Change[] {
  const [was, is] = [before, after].map((entries) => new Map(entries.map(({ name, value }) => [name, value])))
  const names = new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])
  return [...names]
    .map((name) => ({ name, before: was?.get(name) ?? null, after: is?.get(name) ?? null }))
    .filter((one) => one.before !== one.after)
}
