import type {
  AppointmentKind,
  AppointmentStatus,
  RequestTopic,
  ServiceCaseKind,
  ServiceCaseStatus,
  ServiceCaseStepKind,
} from '@/gql/graphql'
import type { Tone } from './tone'

export const CASE_KIND: Record<ServiceCaseKind, string> = {
  SERVICE_REQUEST: '服务诉求',
  COMPLAINT: '投诉',
  SUGGESTION: '建议',
  PRAISE: '表扬',
  FAULT: '故障报修',
  ENERGY_TIP: '节能先锋',
  PATROL: '巡查',
}

export const CASE_STATUS: Record<ServiceCaseStatus, string> = {
  OPEN: '待受理',
  ASSIGNED: '处理中',
  RESOLVED: '已办结',
  CLOSED: '已关闭',
}

export const CASE_TONE: Record<ServiceCaseStatus, Tone> = {
  OPEN: 'warn',
  ASSIGNED: 'warn',
  RESOLVED: 'good',
  CLOSED: 'plain',
}

export const CASE_STEP: Record<ServiceCaseStepKind, string> = {
  OPENED: '提交',
  ASSIGNED: '分派',
  STAFF_NAMED: '指明涉及人员',
  REPLIED: '答复',
  RESOLVED: '办结',
  CLOSED: '关闭',
  RATED: '评价',
  REOPENED: '重新打开',
  DEADLINE_WARNED: '临近时限',
  DEADLINE_MISSED: '超过时限',
  REPLANNED: '重算时限',
}

export const REQUEST_TOPIC: Record<RequestTopic, string> = {
  METERING_QUESTION: '计量疑问',
  NEW_CAPACITY: '新装增容',
  SAFETY_ASSESSMENT: '用电安全评估',
  OTHER: '其他',
}

export const APPOINTMENT_KIND: Record<AppointmentKind, string> = {
  METER_READING: '上门抄表',
  FAULT_CHECK: '故障检查',
  MOVE_IN: '入住登记',
  MOVE_OUT: '退房结算',
}

export const APPOINTMENT_STATUS: Record<AppointmentStatus, string> = {
  REQUESTED: '待安排',
  SCHEDULED: '已安排',
  CONFIRMED: '已确认',
  FINISHED: '已完成',
  CANCELLED: '已取消',
}

export const APPOINTMENT_TONE: Record<AppointmentStatus, Tone> = {
  REQUESTED: 'warn',
  SCHEDULED: 'warn',
  CONFIRMED: 'good',
  FINISHED: 'plain',
  CANCELLED: 'plain',
}

export type ArticleCategoryName = 'CONVENIENCE' | 'FAQ' | 'TIPS'

export const ARTICLE_CATEGORY: Record<ArticleCategoryName, string> = {
  CONVENIENCE: '便民信息',
  FAQ: '常见问题',
  TIPS: '生活常识',
}
