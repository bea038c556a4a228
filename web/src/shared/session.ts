import { QueryClient, VueQueryPlugin, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, nextTick, ref, type App } from 'vue'
import { graphql } from '@/gql'
import type { MeQuery } from '@/gql/graphql'
import { RequestFault, request, whenSessionEnds } from './gqlFetch'

const ME = graphql(`
  query Me {
    me {
      kind
      displayName
      permissions
      customer {
        customerId
        kind
        phoneMasked
        wechatLinked
      }
      staff {
        login
        campus
        mustChangePassword
      }
    }
  }
`)

const LOGOUT = graphql(`
  mutation Logout {
    logout {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

const KEY = ['me'] as const

export type Me = MeQuery['me']

/** Who was logged in here, for pages that open where the server cannot be asked. */
export interface SessionMemory {
  recall(): Me | null
  keep(me: Me): void
  forget(): void
}

const NONE: SessionMemory = { recall: () => null, keep: () => undefined, forget: () => undefined }
let memory = NONE

const others = { predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== KEY[0] }

/** Whose pages are open, also while their session has run out and the login stands in front. */
const person = ref('')

function idOf({ staff, customer }: Me): string {
  return staff?.login ?? customer?.customerId ?? ''
}

async function fetchMe(client: QueryClient) {
  const { me } = await request(ME, {})
  if (me.kind === 'ANONYMOUS') {
    memory.forget()
    return null
  }
  memory.keep(me)
  const id = idOf(me)
  // Nothing the last person saw is left for the next one; the same person's pages ask again.
  if (person.value && person.value !== id) client.removeQueries(others)
  else if (client.getQueryData(KEY) === null) void client.invalidateQueries(others)
  person.value = id
  return me
}

/** Who is logged in: null is nobody, undefined is not known yet. */
export function useSession() {
  const client = useQueryClient()
  const options = { queryKey: KEY, queryFn: () => fetchMe(client) }
  const query = useQuery({
    ...options,
    staleTime: 60_000,
    // Shown at once, and the server is asked all the same.
    initialData: () => memory.recall() ?? undefined,
    initialDataUpdatedAt: 0,
  })
  return {
    me: computed(() => query.data.value),
    person: computed(() => person.value),
    fault: query.error,
    refresh: () => client.fetchQuery({ ...options, staleTime: 0 }),
    async leave() {
      await request(LOGOUT, {})
      memory.forget()
      person.value = ''
      client.setQueryData(KEY, null)
      // Pages close first: a query taken from under an open page would be fetched again.
      await nextTick()
      client.removeQueries(others)
    },
  }
}

/**
 * A session that ends under an open page brings the login in front of it, whichever request
 * noticed; what was typed is still there when the same person comes back.
 */
export function installQueries(app: App, remember: SessionMemory = NONE): void {
  memory = remember
  const known = memory.recall()
  if (known) person.value = idOf(known)
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        // What the browser says of the network is often wrong; a request finds out.
        networkMode: 'always',
        retry: (times, error) =>
          times < 2 && error instanceof RequestFault && error.kind === 'network',
        refetchOnWindowFocus: false,
      },
    },
  })
  whenSessionEnds(() => {
    memory.forget()
    if (client.getQueryData(KEY)) client.setQueryData(KEY, null)
  })
  app.use(VueQueryPlugin, { queryClient: client })
}
