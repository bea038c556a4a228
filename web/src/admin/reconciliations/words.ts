import type { ReconciledKind } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'

export const RECONCILED_KIND: Record<ReconciledKind, string> = {
  MISSING_HERE: '收费系统有、本系统无',
  MISSING_THERE: '本系统有、收费系统无',
  AMOUNT: '金额不符',
  OPEN_THERE: '本系统已收、收费系统未销',
  OPEN_HERE: '收费系统已销、本系统未缴',
}

/** What somebody does about it. */
export const RECONCILED_HINT: Record<ReconciledKind, string> = {
  MISSING_HERE: '账单文件没有导入，或这一行被拒绝',
  MISSING_THERE: '收费系统作废了，或没有在文件里',
  AMOUNT: '请收费系统更正后重新导入',
  OPEN_THERE: '导出缴费，送收费系统销账',
  OPEN_HERE: '导入收费系统较新的账单文件，才知道那边已收',
}

export function resultOf({ finished, differing }: { finished: boolean; differing: number }): { name: string; tone: Tone } {
  if (!finished) return { name: '未完成', tone: 'warn' }
  return differing === 0 ? { name: '一致', tone: 'good' } : { name: `${differing} 项差异`, tone: 'bad' }
}
