import type { Commodity } from '@/gql/graphql'
import { parseYuan, yuan } from '@/shared/money'
import { showDay } from '@/shared/when'

interface Tenancy {
  movedOut?: unknown
  certificateNo?: string | null
}

/** How far a holder is on the way out; nobody has begun, it is settled, or nothing is owed any more. */
export function stageOf({ movedOut, certificateNo }: Tenancy): 'LIVING' | 'SETTLED' | 'CLEARED' {
  if (certificateNo) return 'CLEARED'
  return movedOut ? 'SETTLED' : 'LIVING'
}

interface Read {
  meterNo: string
  lastReading?: { readAt: string } | null
}

/** The meters that have no reading of the day yet, as far as their last one tells. */
export function unreadOn(meters: readonly Read[], day: string): string[] {
  return meters.filter(({ lastReading }) => !lastReading || showDay(lastReading.readAt) < day).map(({ meterNo }) => meterNo)
}

export interface ChargeForm {
  commodity: Commodity
  typed: string
  reason: string
}

/** Other charges as they are sent; null where one is not written out. */
export function chargesOf(forms: readonly ChargeForm[]): { commodity: Commodity; amount: string; reason: string }[] | null {
  const charges = forms.map(({ commodity, typed, reason }) => ({ commodity, amount: parseYuan(typed), reason: reason.trim() }))
  const written = charges.filter(
    (one): one is { commodity: Commodity; amount: string; reason: string } => one.amount !== null && one.amount !== '0' && one.reason !== '',
  )
  return written.length === charges.length ? written : null
}

export interface Settlement {
  due: string
  openAmount: string
  credit: string
  refundId?: string | null
}

export function saySettlement({ due, openAmount, credit, refundId }: Settlement): string {
  const rest = openAmount === '0' ? `应退 ${yuan(credit)}` : `还要缴 ${yuan(openAmount)}`
  return `已结算：应缴 ${yuan(due)}，抵扣后${rest}${refundId ? '，退款待他人批准' : ''}`
}
