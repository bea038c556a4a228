import { useQuery } from '@tanstack/vue-query'
import { graphql } from '@/gql'
import { request } from '@/shared/gqlFetch'

const MY_BINDINGS = graphql(`
  query MyBindings {
    me {
      customer {
        phoneMasked
        bindingLimit
        bindings {
          bindingId
          accountNo
          status
          requestedAt
          dueAt
          reason
        }
      }
    }
  }
`)

export const BINDINGS_KEY = ['my-bindings'] as const

export function useBindings() {
  return useQuery({
    queryKey: BINDINGS_KEY,
    queryFn: async () => (await request(MY_BINDINGS, {})).me.customer ?? null,
  })
}
