import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { graphql } from '@/gql'
import { request } from '@/shared/gqlFetch'
import { useMyAccounts } from './accounts'

const PLACE = graphql(`
  query MyPlace($accountNo: String!) {
    account(accountNo: $accountNo) {
      accountNo
      campus
      address
    }
  }
`)

/** Where the viewer lives, so that forms need not ask again. */
export function useMyPlace() {
  const { accountNos } = useMyAccounts()
  const query = useQuery({
    queryKey: computed(() => ['my-place', accountNos.value[0] ?? '']),
    queryFn: async () => (await request(PLACE, { accountNo: accountNos.value[0] ?? '' })).account ?? null,
    enabled: () => accountNos.value.length > 0,
    staleTime: Infinity,
  })
  return computed(() => query.data.value ?? null)
}
