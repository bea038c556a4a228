import type { ReadingCycle } from '@/gql/graphql'

export const CYCLE: Record<ReadingCycle, string> = {
  HALF_MONTH: '半月',
  MONTH: '每月',
  TWO_MONTHS: '两月',
  QUARTER: '每季',
  HALF_YEAR: '半年',
  YEAR: '每年',
}
