import type { Permission, RoleMatrixQuery } from '@/gql/graphql'
import { RIGHT_GROUPS, rightNames } from './permissions'

export type Role = RoleMatrixQuery['roles'][number]
export type Proposal = RoleMatrixQuery['roleProposals'][number]
export type Exclusion = RoleMatrixQuery['roleExclusions'][number]

/** A role being changed, or, without a code, a new one. */
export interface Draft {
  code: string | null
  name: string
  rights: readonly Permission[]
}

const IN_ORDER = RIGHT_GROUPS.flatMap(({ rights }) => rights)

export interface Difference {
  more: Permission[]
  less: Permission[]
}

export function differenceOf(before: readonly Permission[], after: readonly Permission[]): Difference {
  return {
    more: IN_ORDER.filter((right) => after.includes(right) && !before.includes(right)),
    less: IN_ORDER.filter((right) => before.includes(right) && !after.includes(right)),
  }
}

/** What a change does, in words; nothing where it does nothing. */
export function sayDifference({ more, less }: Difference): string {
  const parts = [more.length ? `加上 ${rightNames(more)}` : '', less.length ? `去掉 ${rightNames(less)}` : '']
  return parts.filter(Boolean).join('；')
}

/** How a role's right stands to what was shipped. */
export type Cell = 'given' | 'added' | 'removed' | 'none'

export function cellOf(role: Pick<Role, 'permissions' | 'shippedPermissions' | 'shipped' | 'retired'>, right: Permission): Cell {
  const has = !role.retired && role.permissions.includes(right)
  if (!role.shipped) return has ? 'given' : 'none'
  const was = role.shippedPermissions.includes(right)
  if (has) return was ? 'given' : 'added'
  return was ? 'removed' : 'none'
}

export const CELL: Record<Cell, { sign: string; name: string }> = {
  given: { sign: '✓', name: '有' },
  added: { sign: '＋', name: '有，比出厂加上的' },
  removed: { sign: '－', name: '没有，比出厂去掉的' },
  none: { sign: '', name: '没有' },
}

/** Pairs of rights in a draft that must not come together within a role. */
export function brokenBy(exclusions: readonly Exclusion[], rights: readonly Permission[]): Exclusion[] {
  return exclusions.filter(({ one, other }) => rights.includes(one) && rights.includes(other))
}

/** The rules in words: one line for each reason, with what it is about. */
export function rulesOf(exclusions: readonly Exclusion[]): { reason: string; inPerson: boolean }[] {
  const seen = new Map<string, boolean>()
  for (const { reason, inPerson } of exclusions) seen.set(reason, inPerson)
  return [...seen].map(([reason, inPerson]) => ({ reason, inPerson }))
}

export function turn(rights: readonly Permission[], right: Permission): Permission[] {
  return rights.includes(right) ? rights.filter((one) => one !== right) : [...rights, right]
}

/** What a proposal would do to the role as it is now. */
export function sayProposal(proposal: Proposal, role: Role | undefined): string {
  if (proposal.kind === 'RETIRED' || !proposal.permissions) return '停用：不再给任何权限，不能再授予'
  if (proposal.kind === 'DEFINED') return `新设：${rightNames(proposal.permissions)}`
  const before = role && !role.retired ? role.permissions : []
  const renamed = role && proposal.name !== role.name ? [`改名为“${proposal.name ?? ''}”`] : []
  const back = role?.retired ? ['重新启用'] : []
  const difference = sayDifference(differenceOf(before, proposal.permissions))
  return [...back, ...renamed, difference].filter(Boolean).join('；') || '与现在的权限相同'
}
