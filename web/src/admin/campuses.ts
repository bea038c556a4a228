import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { graphql } from '@/gql'
import { request } from '@/shared/gqlFetch'

const CAMPUS_NAMES = graphql(`
  query CampusNames {
    campuses {
      campusId
      name
    }
  }
`)

/** The campuses by name: for filters, and wherever a page has only an id. */
export function useCampuses() {
  const query = useQuery({
    queryKey: ['campus-names'],
    queryFn: async () => (await request(CAMPUS_NAMES, {})).campuses,
    staleTime: Infinity,
  })
  const campuses = computed(() => query.data.value ?? [])
  return {
    campuses,
    options: computed(() => [
      { value: '', label: '全部校区' },
      ...campuses.value.map(({ campusId, name }) => ({ value: campusId, label: name })),
    ]),
    name: (id: string | null | undefined): string =>
      campuses.value.find(({ campusId }) => campusId === id)?.name ?? id ?? '—',
  }
}
