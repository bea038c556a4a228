import { computed } from 'vue'
import { useBindings } from './bindings'

/** The account numbers that are bound to the viewer. */
export function useMyAccounts() {
  const query = useBindings()
  return {
    query,
    accountNos: computed(() =>
      (query.data.value?.bindings ?? [])
        .filter(({ status }) => status === 'APPROVED')
        .map(({ accountNo }) => accountNo),
    ),
  }
}
