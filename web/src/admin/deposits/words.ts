import { minusFen, type Fen } from '@/shared/money'

/** What moved a deposit, by the event it follows from. */
const MOVES: Record<string, string> = {
  'account.deposit_taken': '收押金',
  'account.deposit_released': '退房结算，转入余额',
  'account.payment_reversed': '收款冲正',
  'account.refunded': '退押金',
  'account.refund_returned': '退款退回',
}

export function moveOf(eventType: string): string {
  return MOVES[eventType] ?? eventType
}

/** Deposits are owed to those who paid them: what is held is what was taken beyond what was given back. */
export function heldBy(balances: readonly { account: string; debit: Fen; credit: Fen }[]): Fen {
  const deposit = balances.find(({ account }) => account === 'DEPOSIT')
  return deposit ? minusFen(deposit.credit, deposit.debit) : '0'
}
