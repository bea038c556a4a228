import { QueryClient, VueQueryPlugin, useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, type App } from 'vue'
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
        kind
        phoneMasked
      }
      staff {
        login
        campus
        roles
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
    return (await request(ME, {})).me ?? null
  } catch (error) {
    if (error instanceof RequestFault && error.kind === 'unauthenticated') return null
    throw error
  }
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
      client.clear()
      client.setQueryData(KEY, null)
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
    if (client.getQueryData(KEY)) client.setQueryData(KEY, null)
  })
  app.use(VueQueryPlugin, { queryClient: client })
}
