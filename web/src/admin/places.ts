import type { Permission } from '@/gql/graphql'

export interface Place {
  to: string
  name: string
  right: Permission
}

/** What the menu offers, to whom; the server checks every request again. */
const PLACES: readonly Place[] = [
  { to: '/readings', name: '读数审核', right: 'REVIEW_READINGS' },
  { to: '/bindings', name: '绑定审核', right: 'DECIDE_BINDINGS' },
  { to: '/cashier', name: '收款台', right: 'TAKE_PAYMENTS' },
]

export function placesFor(permissions: readonly Permission[]): readonly Place[] {
  return PLACES.filter((place) => permissions.includes(place.right))
}

/** Whether the server would answer what the page at `path` asks. */
export function mayOpen(path: string, permissions: readonly Permission[]): boolean {
  const place = PLACES.find((one) => path.startsWith(one.to))
  return !place || permissions.includes(place.right)
}
