import type { ImportKind, ImportUndoState } from '@/gql/graphql'

export const IMPORT_KIND: Record<ImportKind, string> = {
  METERS: '表计',
  ACCOUNTS: '户号',
  ASSIGNMENTS: '户表关系',
  HANDHELD_READINGS: '掌上机读数',
  PLATFORM_READINGS: '能耗平台读数',
  REMOTE_READINGS: '远传读数',
  USAGE_HISTORY: '历史用量',
  PAYROLL_RESULTS: '工资代扣回盘',
  CHARGING_SYSTEM_BILLS: '收费系统账单',
}

export const UNDO_STATE: Record<ImportUndoState, string> = {
  REQUESTED: '申请撤销，待批准',
  APPROVED: '正在撤销',
  DONE: '已撤销',
}
