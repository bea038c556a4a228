import type { BalanceLevel, SupplyState } from '@/gql/graphql'
import { minusFen, yuan, type Fen } from './money'
import type { Tone } from './tone'
import { showInstant } from './when'

export const BALANCE_LEVEL: Record<BalanceLevel, { name: string; tone: Tone }> = {
  AMPLE: { name: '充足', tone: 'good' },
  LOW: { name: '低余额', tone: 'warn' },
  GRACE: { name: '透支中', tone: 'warn' },
  EXHAUSTED: { name: '透支用尽', tone: 'bad' },
}

export const SUPPLY: Record<SupplyState, { name: string; tone: Tone }> = {
  ON: { name: '供应中', tone: 'good' },
  CUT_OFF_PLANNED: { name: '计划停供', tone: 'warn' },
  CUT_OFF_ORDERED: { name: '待停供', tone: 'bad' },
  CUT_OFF: { name: '已停供', tone: 'bad' },
  RESTORATION_ORDERED: { name: '待恢复', tone: 'warn' },
}

export interface Prepaid {
  balance: Fen
  alarmBelow?: Fen | null
  graceCredit?: Fen | null
  level: BalanceLevel
  supply: SupplyState
  cutOffAt?: string | null
}

function ofSupply({ supply, cutOffAt }: Prepaid): string {
  switch (supply) {
    case 'ON':
      return ''
    case 'CUT_OFF_PLANNED':
      return `在 ${cutOffAt ? showInstant(cutOffAt) : '停供时间'} 之前充值就不会停水停电。`
    case 'CUT_OFF_ORDERED':
      return '马上就要停水停电，请现在充值。'
    case 'CUT_OFF':
      return '已经停水停电，补足欠费后会安排恢复。'
    case 'RESTORATION_ORDERED':
      return '已经补足，正在安排恢复供应。'
  }
}

function ofBalance({ balance, level, graceCredit }: Prepaid): string {
  switch (level) {
    case 'AMPLE':
      return ''
    case 'LOW':
      return '余额不多了，请尽快充值。'
    case 'GRACE':
      return `已经欠费，再用 ${yuan(minusFen(graceCredit ?? '0', minusFen('0', balance)))} 就会停水停电，请尽快充值。`
    case 'EXHAUSTED':
      return '欠费已超过可透支的金额。'
  }
}

/** In plain words how a prepaid account stands and what is to be done; nothing while all is well. */
export function standing(prepaid: Prepaid): { tone: Tone; text: string } {
  const tone = prepaid.supply === 'ON' ? BALANCE_LEVEL[prepaid.level].tone : SUPPLY[prepaid.supply].tone
  // Once it is cut off or paid again, how low it once was is no longer the point.
  const over = prepaid.supply === 'CUT_OFF' || prepaid.supply === 'RESTORATION_ORDERED'
  return { tone, text: (over ? '' : ofBalance(prepaid)) + ofSupply(prepaid) }
}
