import { useInfiniteQuery } from '@tanstack/vue-query'
import { computed, reactive } from 'vue'

/** A connection as the server answers it. */
export interface Page<Row> {
  nodes: readonly Row[]
  totalCount?: number | null
  pageInfo: { hasNextPage: boolean; endCursor?: string | null }
}

/** A list that is read on by cursor; `filters` are what it was asked for. */
export function usePaged<Row>(
  name: string,
  filters: () => unknown,
  fetch: (after: string | null) => Promise<Page<Row>>,
  enabled: () => boolean = () => true,
) {
  const query = useInfiniteQuery({
    queryKey: computed(() => [name, filters()]),
    queryFn: ({ pageParam }) => fetch(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: ({ pageInfo }) => (pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null),
    enabled,
  })
  return reactive({
    rows: computed<readonly Row[]>(() => query.data.value?.pages.flatMap((page) => page.nodes) ?? []),
    total: computed(() => query.data.value?.pages[0]?.totalCount ?? null),
    pending: query.isPending,
    error: query.error,
    hasMore: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    more: () => void query.fetchNextPage(),
    refetch: () => query.refetch(),
  })
}

/** What a frame needs of a list. */
export interface Paged<Row> {
  rows: readonly Row[]
  total: number | null
  pending: boolean
  error: unknown
  hasMore: boolean
  /** Answered in one piece: its order is ours to choose. */
  complete?: boolean
  loadingMore: boolean
  more: () => void
  refetch: () => unknown
}
