import type { PaymentMethod } from '@/gql/graphql'
import { compareFen, minusFen, parseYuan, type Fen } from '@/shared/money'

export interface Counter {
  method: PaymentMethod
  /** Open amount of the notices being paid. */
  due: Fen
  /** What is to be booked, as typed. */
  amount: string
  /** Cash handed over, as typed; empty means exactly the amount. */
  tendered: string
  chequeNumber: string
  chequeBank: string
}

export interface Settled {
  amount: Fen
  /** Cash to give back. */
  change: Fen
  /** Booked beyond what is due: stays on the account. */
  credit: Fen
  /** Still due afterwards. */
  remaining: Fen
}

export type Till = { ready: false; why: string } | ({ ready: true } & Settled)

function wait(why: string): Till {
  return { ready: false, why }
}

/** What the counter does with the figures typed so far. */
export function settle(counter: Counter): Till {
  const amount = parseYuan(counter.amount)
  if (amount === null || amount === '0') return wait('请填入账金额')
  const cash = counter.method === 'CASH'
  const tendered = cash && counter.tendered.trim() !== '' ? parseYuan(counter.tendered) : amount
  if (tendered === null) return wait('实收现金不是金额')
  if (compareFen(tendered, amount) < 0) return wait('实收现金少于入账金额')
  if (counter.method === 'CHEQUE' && !(counter.chequeNumber.trim() && counter.chequeBank.trim())) {
    return wait('请填支票号和出票银行')
  }
  const beyond = minusFen(amount, counter.due)
  const over = compareFen(beyond, '0') > 0
  return {
    ready: true,
    amount,
    change: minusFen(tendered, amount),
    credit: over ? beyond : '0',
    remaining: over ? '0' : minusFen(counter.due, amount),
  }
}

/** Nothing typed yet but what is due, if anything. */
export function counterFor(amount: string): Omit<Counter, 'due'> {
  return { method: 'CASH', amount, tendered: '', chequeNumber: '', chequeBank: '' }
}

/** The cheque, where the money is one. */
export function chequeOf({ method, chequeNumber, chequeBank }: Omit<Counter, 'due'>): { number: string; bank: string } | null {
  return method === 'CHEQUE' ? { number: chequeNumber.trim(), bank: chequeBank.trim() } : null
}
