import type { Rule } from '@/gql/graphql'

export const RULE: Record<Rule, string> = {
  V2: 'V2 补录',
  V4: 'V4 读数倒走',
  V5: 'V5 过圈',
  V6: 'V6 超过最大用量',
  V7: 'V7 量高',
  V8: 'V8 量低',
  V9: 'V9 用量变化',
  V10: 'V10 零度户',
  V11: 'V11 停用后有用量',
  V12: 'V12 间隔尖峰',
  V13: 'V13 间隔合计与走字不符',
  V14: 'V14 数据不变',
  V15: 'V15 离群值',
  V16: 'V16 缺数',
  V17: 'V17 费率合计不符',
  V21: 'V21 长期估抄',
  V22: 'V22 数字颠倒或抄成邻表',
  V23: 'V23 照片不符',
  V24: 'V24 位置或时间不符',
  V25: 'V25 漏水、爆管及表具报警',
}

/** What may be found in the intervals of remote meters. */
export const REMOTE_RULE = Object.fromEntries(
  (['V25', 'V12', 'V13', 'V14', 'V15', 'V16', 'V17'] as const).map((rule) => [rule, RULE[rule]]),
)
