import type { AuditList } from '@/gql/graphql'

/** What auditors go through. */
export const AUDIT_LIST: Record<AuditList, string> = {
  MANUAL_ACTS: '人工操作',
  ESTIMATES: '估抄',
  CORRECTIONS: '读数更正',
  PRICES: '价格审批',
  AFTER_HOURS: '下班后操作',
  RECEIPTS: '票据登记',
}

/** Where an object has a page of its own. */
export function pageOf(stream: string | null | undefined): string | null {
  const [kind, id] = (stream ?? '').split('/')
  if (kind === 'meter') return `/meters/${id}/history`
  if (kind === 'account') return `/accounts/${id}`
  return null
}
