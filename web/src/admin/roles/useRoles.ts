import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { graphql } from '@/gql'
import { request } from '@/shared/gqlFetch'

const NAMES = graphql(`
  query RoleNames {
    roles {
      code
      name
      retired
    }
  }
`)

/** What roles are called and which can be given, for pages about people. */
export function useRoles() {
  const query = useQuery({ queryKey: ['roles', 'names'], queryFn: async () => (await request(NAMES, {})).roles })
  const roles = computed(() => query.data.value ?? [])
  return {
    roles,
    inUse: computed(() => roles.value.filter(({ retired }) => !retired)),
    name: (code: string) => roles.value.find((role) => role.code === code)?.name ?? code,
  }
}
