import { QueryClient, VueQueryPlugin, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, nextTick, type App } from 'vue'
import { graphql } from '@/gql'
import { RequestFault, request, whenSessionEnds } from './gqlFetch'

const ME = graphql(`
  query Me {
    me {
      kind
      displayName
      permissions
      customer {
        customerId
        phoneMasked
      }
      staff {
        login
        campusId
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

async function fetchMe() {
  try {
    const { me } = await request(ME, {})
    return me.kind === 'ANONYMOUS' ? null : me
  } catch (error) {
    if (error instanceof RequestFault && error.kind === 'unauthenticated') return null
    throw error
  }
}

/** Nobody is logged in, and nothing the last person saw is left for the next one. */
async function forget(client: QueryClient): Promise<void> {
  client.setQueryData(KEY, null)
  // Pages close first: a query taken from under an open page would be fetched again.
  await nextTick()
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== KEY[0] })
}

/** Who is logged in: null is nobody, undefined is not known yet. */
export function useSession() {
  const client = useQueryClient()
  const query = useQuery({ queryKey: KEY, queryFn: fetchMe, staleTime: 60_000 })
  return {
    me: computed(() => query.data.value),
    fault: query.error,
    async refresh() {
      return client.fetchQuery({ queryKey: KEY, queryFn: fetchMe, staleTime: 0 })
    },
    async leave() {
      await request(LOGOUT, {})
      await forget(client)
    },
  }
}

/** A session that ends under an open page brings back the login, whichever request noticed it. */
export function installQueries(app: App): void {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (times, error) =>
          times < 2 && error instanceof RequestFault && error.kind === 'network',
        refetchOnWindowFocus: false,
      },
    },
  })
  whenSessionEnds(() => {
    if (client.getQueryData(KEY)) void forget(client)
  })
  app.use(VueQueryPlugin, { queryClient: client })
}
