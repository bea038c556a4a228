import type { WaiverKind, WaiverState } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'
import type { Viewer } from '../viewer'

export const WAIVER_KIND: Record<WaiverKind, string> = {
  LATE_FEE: '减免滞纳金',
  BILL_REST: '核销',
  SMALL_REST: '尾差核销',
  CREDIT_NOTE: '调减',
}

export const WAIVER_STATE: Record<WaiverState, string> = {
  REQUESTED: '待批准',
  APPROVED: '已批准',
  REJECTED: '已驳回',
  REVERSED: '已撤销',
}

export const WAIVER_TONE: Record<WaiverState, Tone> = {
  REQUESTED: 'warn',
  APPROVED: 'good',
  REJECTED: 'plain',
  REVERSED: 'bad',
}

export interface WaiverStanding {
  state: WaiverState
  kind: WaiverKind
  requestedBy: string
}

export type WaiverStep = 'APPROVE' | 'REJECT' | 'REVERSE'

/** What a person may do next: nobody approves their own, and a credit note stands. */
export function waiverSteps({ state, kind, requestedBy }: WaiverStanding, { may, did }: Viewer): WaiverStep[] {
  if (!may('REVERSE_PAYMENTS')) return []
  if (state === 'REQUESTED') return did(requestedBy) ? ['REJECT'] : ['APPROVE', 'REJECT']
  return state === 'APPROVED' && kind !== 'CREDIT_NOTE' ? ['REVERSE'] : []
}
