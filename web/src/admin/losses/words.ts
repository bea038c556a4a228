import type { LossVerdict, SubMeterRole } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'

export const VERDICT: Record<LossVerdict, { name: string; tone: Tone }> = {
  WITHIN: { name: '正常', tone: 'good' },
  OUT_OF_BOUNDS: { name: '超出范围', tone: 'warn' },
  IMPOSSIBLE: { name: '分表多于总表', tone: 'bad' },
}

export const SUB_ROLE: Record<SubMeterRole, string> = { SUB: '分表', DEDUCTED: '串接分表', COMMON: '公共用量' }
