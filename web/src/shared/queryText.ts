const fragments = new Map<string, string>()

/**
 * What `graphql(…)` is in the built pages: the text as written. Its types come from the generated
 * `@/gql`, whose table of every query would otherwise be part of every page. A fragment is kept
 * under its name, for the queries that name it.
 */
export function graphql(text: string): string {
  const [, name] = /^\s*fragment (\w+) on /.exec(text) ?? []
  if (name) fragments.set(name, text)
  return text
}

/** A query with every fragment it names, and those that these name. */
export function withFragments(query: string): string {
  const named = new Set<string>()
  const look = [query]
  for (let text = look.pop(); text !== undefined; text = look.pop()) {
    for (const [, name = ''] of text.matchAll(/\.\.\.\s*(\w+)/g)) {
      const fragment = name === 'on' || named.has(name) ? undefined : fragments.get(name)
      if (fragment === undefined) continue
      named.add(name)
      look.push(fragment)
    }
  }
  return [query, ...[...named].map((name) => fragments.get(name))].join('')
}
