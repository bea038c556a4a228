import { computed } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Which account a page is about, kept in its address. */
export function useAccountChoice() {
  const route = useRoute()
  const router = useRouter()
  return computed<string>({
    get: () => (typeof route.query.account === 'string' ? route.query.account : ''),
    set: (account) => void router.replace({ query: { ...route.query, account } }),
  })
}
