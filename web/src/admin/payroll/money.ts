import type { PayrollSettlement, PayrollShareInput } from '@/gql/graphql'
import { parseYuan, yuan, type Fen } from '@/shared/money'
import type { Tone } from '@/shared/tone'

export const SETTLEMENT: Record<PayrollSettlement, string> = {
  NOTHING_DUE: '没有应收来款',
  WAITING: '等来款',
  SHORT: '来款不足',
  OVER: '来款多了',
  SETTLED: '已结清',
}

export const SETTLEMENT_TONE: Record<PayrollSettlement, Tone> = {
  NOTHING_DUE: 'plain',
  WAITING: 'warn',
  SHORT: 'bad',
  OVER: 'bad',
  SETTLED: 'good',
}

/** What has come in less what was deducted, said in words: a sign alone is misread. */
export function differenceLine(difference: Fen): string {
  if (difference === '0') return '无'
  return difference.startsWith('-') ? `少 ${yuan(difference.slice(1))}` : `多 ${yuan(difference)}`
}

/** What is typed for each batch; null when one of them is no amount. */
export function sharesOf(rows: readonly { batchNo: string; yuan: string }[]): PayrollShareInput[] | null {
  const shares = rows.map((row) => ({ batchNo: row.batchNo.trim(), amount: parseYuan(row.yuan) }))
  return shares.every((one): one is PayrollShareInput => one.amount !== null) ? shares : null
}
