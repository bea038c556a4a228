import { useDeed } from './deed'

/** What is done to the thing a page shows: after it the page asks anew. */
export function useChange(reload: () => unknown, fields: readonly string[] = []) {
  const deed = useDeed(fields)
  const change: typeof deed.mutate = async (mutation, body, done) => {
    const result = await deed.mutate(mutation, body, done)
    if (result) await reload()
    return result
  }
  return { deed, change }
}
