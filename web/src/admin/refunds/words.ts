import type { RefundMethod, RefundPurse, RefundState } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'
import type { Viewer } from '../viewer'

export const REFUND_STATE: Record<RefundState, string> = {
  REQUESTED: '待批准',
  APPROVED: '待付款',
  REJECTED: '已驳回',
  PAID: '已付',
  RETURNED: '已退回',
}

export const REFUND_TONE: Record<RefundState, Tone> = {
  REQUESTED: 'warn',
  APPROVED: 'warn',
  REJECTED: 'plain',
  PAID: 'good',
  RETURNED: 'bad',
}

export const REFUND_METHOD: Record<RefundMethod, string> = { CASH: '现金', BANK: '银行转账' }

export const REFUND_PURSE: Record<RefundPurse, string> = { CREDIT: '余额', DEPOSIT: '押金' }

export interface RefundStanding {
  state: RefundState
  method: RefundMethod
  requestedBy: string
  approvedBy?: string | null
}

export type RefundStep = 'APPROVE' | 'REJECT' | 'PAY_CASH' | 'PAY_BANK' | 'RETURN'

/** What a person may do next: nobody approves their own, and who approved does not pay. */
export function refundSteps({ state, method, requestedBy, approvedBy }: RefundStanding, { may, did }: Viewer): RefundStep[] {
  const decides = may('REVERSE_PAYMENTS')
  const pays = method === 'CASH' ? may('TAKE_PAYMENTS') : may('RECONCILE_BANK')
  if (state === 'REQUESTED') {
    if (!decides) return []
    return did(requestedBy) ? ['REJECT'] : ['APPROVE', 'REJECT']
  }
  if (state === 'APPROVED') {
    const steps: RefundStep[] = pays && !did(approvedBy) ? [method === 'CASH' ? 'PAY_CASH' : 'PAY_BANK'] : []
    return decides ? [...steps, 'REJECT'] : steps
  }
  return state === 'PAID' && pays ? ['RETURN'] : []
}
