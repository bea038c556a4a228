import { onBeforeUnmount, watch } from 'vue'
import type { TypedDocumentString } from '@/gql/graphql'
import { LiveLine, type Wire } from './live'
import { withFragments } from './queryText'

let line: LiveLine | null = null

function theLine(): LiveLine {
  if (line) return line
  const open = (): Wire => {
    const address = new URL('/graphql', window.location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    return new WebSocket(address, 'graphql-transport-ws') as Wire
  }
  const made = new LiveLine(open, (work, ms) => void window.setTimeout(work, ms))
  window.addEventListener('online', () => made.connect())
  line = made
  return made
}

/**
 * Tells of changes while the page is open; `variables` of null listen to nothing. A page works
 * without it: what it shows was asked for, this only says when to look again.
 */
export function useLive<Result, Variables extends object>(
  subscription: TypedDocumentString<Result, Variables>,
  variables: () => Variables | null,
  news: (data: Result) => void,
): void {
  let stop: (() => void) | null = null
  watch(
    () => JSON.stringify(variables()),
    (wanted) => {
      stop?.()
      stop = null
      const given = JSON.parse(wanted) as Variables | null
      if (given) stop = theLine().listen(withFragments(String(subscription)), given, (data) => news(data as Result))
    },
    { immediate: true },
  )
  onBeforeUnmount(() => stop?.())
}
