import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { graphql } from '@/gql'
import { request } from '@/shared/gqlFetch'

const CAMPUSES = graphql(`
  query PhoneCampuses {
    campuses {
      campusId
      name
      officeHours {
        from
        to
      }
    }
  }
`)

export function useCampuses() {
  const query = useQuery({
    queryKey: ['phone-campuses'],
    queryFn: async () => (await request(CAMPUSES, {})).campuses,
    staleTime: Infinity,
  })
  const campuses = computed(() => query.data.value ?? [])
  return {
    campuses,
    name: (id: string): string => campuses.value.find(({ campusId }) => campusId === id)?.name ?? id,
  }
}
