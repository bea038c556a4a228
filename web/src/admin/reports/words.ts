import type { ReportColumn, ReportGroup } from '@/gql/graphql'

export const REPORT_GROUP: Record<ReportGroup, string> = {
  METER: '按表',
  ACCOUNT: '按户',
  BUILDING: '按楼栋',
  DEPARTMENT: '按单位',
  CAMPUS: '按校区',
}

export const REPORT_COLUMN: Record<ReportColumn, string> = {
  KEY: '名称或编号',
  CAMPUS: '校区',
  BUILDING: '楼栋',
  ROOM: '房间',
  ACCOUNT_NO: '户号',
  COMMODITY: '种类',
  MONTH: '月份',
  USAGE: '用量',
  LAST_YEAR: '去年同期',
  CHANGE: '增减',
  METERS: '表数',
  READINGS: '读数',
}
