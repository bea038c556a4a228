import { request } from '@/shared/gqlFetch'
import { freshKey } from '@/shared/idempotency'
import { faultSentence, sentence } from '@/shared/refusal'
import { ISSUE_RECEIPT } from './queries'

export interface ReceiptOutcome {
  receiptNo: string | null
  /** Why there is no receipt number yet. */
  trouble: string
}

/**
 * A fresh key each time is safe: a payment has one receipt, and a second one is refused. Never
 * throws, so that a failing receipt cannot look like a failed payment.
 */
export async function issueReceipt(paymentId: string, campusId: string): Promise<ReceiptOutcome> {
  try {
    const input = { paymentId, campusId, idempotencyKey: freshKey() }
    const { receipt, userErrors } = (await request(ISSUE_RECEIPT, { input })).issueReceipt
    if (receipt) return { receiptNo: receipt.receiptNo, trouble: '' }
    return { receiptNo: null, trouble: sentence(userErrors) || '收据还没有开出来，请稍后再试。' }
  } catch (error) {
    return { receiptNo: null, trouble: faultSentence(error) }
  }
}
