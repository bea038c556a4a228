import type { FileEncoding, FileFormat, ImportField, ImportProfileKind } from '@/gql/graphql'

export const PROFILE_KIND: Record<ImportProfileKind, string> = {
  HANDHELD_READINGS: '掌上机读数',
  PLATFORM_READINGS: '能耗平台读数',
  REMOTE_READINGS: '远传读数',
  USAGE_HISTORY: '历史用量',
  CHARGING_SYSTEM_BILLS: '收费系统账单',
}

export const FILE_FORMAT: Record<FileFormat, string> = {
  DELIMITED: '分隔文本（CSV）',
  FIXED_WIDTH: '定宽文本',
  DBF: 'DBF 表',
  XLSX: 'Excel（XLSX）',
  JSON: 'JSON',
}

export const FILE_ENCODING: Record<FileEncoding, string> = {
  AUTO: '自动判断',
  UTF8: 'UTF-8',
  GB18030: 'GBK / GB18030',
}

export const IMPORT_FIELD: Record<ImportField, string> = {
  METER_NO: '收费系统表号',
  INDEX: '读数',
  READ_AT: '抄表时间',
  READ_ON: '抄表日期',
  NOTE: '备注',
  UNIT: '单位',
  MONTH: '月份',
  USAGE: '用量',
  ACCOUNT_NO: '户号',
  AMOUNT: '应收金额',
  COMPONENT: '费用项目',
  DUE_ON: '截止日期',
  BILL_NO: '收费系统账单号',
  OPEN_AMOUNT: '欠费',
  LATE_FEE: '滞纳金',
  STATE: '状态（作废）',
}
