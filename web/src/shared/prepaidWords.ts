import type { BalanceLevel, SupplyState } from '@/gql/graphql'
import type { Tone } from './tone'

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
