import type { CollectionOutcome, CollectionRoundState } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'

export const COLLECTION_OUTCOME: Record<CollectionOutcome, string> = {
  PAID: '已收',
  NOBODY_HOME: '无人',
  REFUSED: '拒缴',
  PROMISED: '约定日期',
  MOVED_AWAY: '已搬走',
  OTHER: '其他',
}

export const OUTCOME_TONE: Record<CollectionOutcome, Tone> = {
  PAID: 'good',
  NOBODY_HOME: 'warn',
  REFUSED: 'bad',
  PROMISED: 'warn',
  MOVED_AWAY: 'bad',
  OTHER: 'plain',
}

export const ROUND_STATE: Record<CollectionRoundState, string> = {
  PLANNED: '进行中',
  FINISHED: '已结束',
  CANCELLED: '已取消',
}

export const ROUND_TONE: Record<CollectionRoundState, Tone> = {
  PLANNED: 'warn',
  FINISHED: 'good',
  CANCELLED: 'plain',
}
