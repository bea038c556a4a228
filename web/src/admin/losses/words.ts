import type { LossRank, LossVerdict, SubMeterRole } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'

export const VERDICT: Record<LossVerdict, { name: string; tone: Tone }> = {
  WITHIN: { name: '正常', tone: 'good' },
  OUT_OF_BOUNDS: { name: '超出范围', tone: 'warn' },
  IMPOSSIBLE: { name: '分表多于总表', tone: 'bad' },
}

export const SUB_ROLE: Record<SubMeterRole, string> = { SUB: '分表', DEDUCTED: '串接分表', COMMON: '公共用量' }

export const RANK: Record<LossRank, string> = { PERCENT: '损失率最高的', QUANTITY: '损失量最大的' }
