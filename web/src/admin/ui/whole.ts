import type { UseQueryReturnType } from '@tanstack/vue-query'
import { computed, reactive } from 'vue'

/** A list the server answers in one piece, for the frame of those read by cursor. */
export function whole<Row>(query: UseQueryReturnType<readonly Row[], Error>) {
  return reactive({
    rows: computed<readonly Row[]>(() => query.data.value ?? []),
    total: computed(() => query.data.value?.length ?? null),
    pending: query.isPending,
    error: query.error,
    hasMore: false,
    complete: true,
    loadingMore: false,
    more: () => undefined,
    refetch: () => query.refetch(),
  })
}
