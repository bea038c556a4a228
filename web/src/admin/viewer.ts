import { computed } from 'vue'
import type { Permission } from '@/gql/graphql'
import { useSession } from '@/shared/session'

/** What somebody may, and which of the things that were done are theirs. */
export interface Viewer {
  may: (right: Permission) => boolean
  did: (actor: string | null | undefined) => boolean
}

/** Whoever looks at the page: what they may not do is not offered. The server checks it again. */
export function useViewer() {
  const { me } = useSession()
  const viewer: Viewer = {
    may: (right) => me.value?.permissions.includes(right) ?? false,
    did: (actor) => me.value?.staff != null && actor === `staff:${me.value.staff.login}`,
  }
  return { ...viewer, campus: computed(() => me.value?.staff?.campus ?? '') }
}
