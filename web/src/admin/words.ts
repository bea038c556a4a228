import type {
  AccountClass,
  AuditKind,
  BankLineState,
  ChequeState,
  Inactivity,

  ReadingStatus,
  RemovalReason,
  Role,
  TillState,
  TransferClaimState,
  UnreadReason,
} from '@/gql/graphql'
import type { Tone } from '@/shared/tone'
import { showInstant } from '@/shared/when'

export const ACCOUNT_CLASS: Record<AccountClass, string> = {
  STUDENT_DORM: '学生宿舍',
  STAFF_DORM: '教工宿舍',
  RESIDENT: '居民用户',
  UNIT: '单位用户',
}

export const INACTIVITY: Record<Inactivity, string> = {
  VACANT: '空置',
  CUT_OFF: '停供',
  CLOSED: '销户',
}

export const REMOVAL_REASON: Record<RemovalReason, string> = {
  ROTATION: '到期轮换',
  FAULT: '故障',
  CAPACITY_CHANGE: '容量变更',
  DECOMMISSIONED: '拆除',
}

export const CHEQUE_STATE: Record<ChequeState, string> = {
  PENDING: '待到账',
  CLEARED: '已到账',
  BOUNCED: '已退票',
}

export const TRANSFER_STATE: Record<TransferClaimState, string> = {
  PENDING: '待核对',
  MISMATCHED: '金额不符',
  VERIFIED: '已核实',
  REJECTED: '已退回',
  REVERSED: '已冲正',
}

export const TRANSFER_TONE: Record<TransferClaimState, Tone> = {
  PENDING: 'warn',
  MISMATCHED: 'bad',
  VERIFIED: 'good',
  REJECTED: 'plain',
  REVERSED: 'plain',
}

export const BANK_LINE_STATE: Record<BankLineState, string> = {
  OPEN: '未核对',
  HELD: '不明款',
  BOOKED: '已入账',
  MATCHED: '已对代扣批次',
  RETURNED: '已退回',
}

export const BANK_LINE_TONE: Record<BankLineState, Tone> = {
  OPEN: 'warn',
  HELD: 'bad',
  BOOKED: 'good',
  MATCHED: 'good',
  RETURNED: 'plain',
}

export const TILL_STATE: Record<TillState, string> = {
  OPEN: '未日结',
  SIGNED: '待复核',
  APPROVED: '已复核',
}

export const TILL_TONE: Record<TillState, Tone> = { OPEN: 'plain', SIGNED: 'warn', APPROVED: 'good' }

export const READING_TONE: Record<ReadingStatus, Tone> = {
  HELD: 'warn',
  ACCEPTED: 'good',
  REJECTED: 'bad',
  CORRECTED: 'plain',
}

export const UNREAD_REASON: Record<UnreadReason, string> = {
  DOOR_LOCKED: '门锁',
  FLOODED: '水淹',
  NO_ONE_HOME: '无人在家',
  METER_BROKEN: '表坏',
  OTHER: '其他',
}

export const ROLE: Record<Role, string> = {
  READER: '抄表员',
  CASHIER: '收费员',
  MANAGER: '业务管理员',
  FINANCE: '财务',
  TECHNICIAN: '外线维修',
  AUDITOR: '审计',
  ADMIN: '系统管理员',
}

export const AUDIT_KIND: Record<AuditKind, string> = {
  CHANGED: '变更',
  LOGGED_IN: '登录',
  LOGIN_FAILED: '登录失败',
  LOGGED_OUT: '退出',
  PASSWORD_CHANGED: '修改密码',
  SECOND_FACTOR_TURNED_ON: '开启两步验证',
  SECOND_FACTOR_TURNED_OFF: '关闭两步验证',
  CODE_REQUESTED: '获取验证码',
  REFUSED: '被拒绝',
  DENIED: '无权限',
  PERSONAL_DATA_SEEN: '查看个人信息',
}

/** `staff:li` → `li`; what no person did says so. */
export function actorName(actor: string): string {
  if (actor.startsWith('system')) return '系统'
  if (actor.startsWith('customer')) return '用户'
  return actor.replace(/^staff:/, '')
}

/** What was done with something, by whom and when, a line each. */
export function courseOf(...steps: readonly [name: string, actor: string | null | undefined, at: string | null | undefined, note?: string | null][]): string {
  const done = steps.filter(([, actor]) => actor)
  return done.map(([name, actor, at, note]) => `${name} ${deedLine(actor, at)}${note ? `：${note}` : ''}`).join('\n')
}

/** Who did something, and when; where nobody has, nothing is said. */
export function deedLine(actor: string | null | undefined, at: string | null | undefined): string {
  return actor && at ? `${actorName(actor)} ${showInstant(at)}` : '—'
}
