import type { Permission } from '@/gql/graphql'

export interface Right {
  name: string
  /** What whoever has it may do, in one line. */
  about: string
}

/** Every right in words; the compiler asks for those that are new. */
export const RIGHT: Record<Permission, Right> = {
  VIEW_METERS: { name: '查看表计', about: '查表计档案、读数、轮次、异常和统计' },
  SUBMIT_READINGS: { name: '录入读数', about: '现场抄表，记录未抄原因' },
  REVIEW_READINGS: { name: '审核读数', about: '通过或退回待审读数，核对照片，申请更正，发布校验规则' },
  APPROVE_CORRECTIONS: { name: '批准更正', about: '批准别人申请的读数更正和导入撤销' },
  MANAGE_METERS: { name: '管理表计', about: '装表、换表、拆表，采集器、对应关系、导入方案和设备台账' },
  MANAGE_ROUNDS: { name: '管理轮次', about: '抄表册、抄表轮次和自助抄表活动' },
  CONTROL_DEVICES: { name: '控制表计', about: '给远传表下指令：点抄、断电断水、恢复' },
  VIEW_ACCOUNTS: { name: '查看户号', about: '查户号、账单和费用明细' },
  VIEW_PERSONAL_DATA: { name: '查看完整个人信息', about: '看到完整的姓名和手机号，每次查看都留记录' },
  MANAGE_ACCOUNTS: { name: '管理户号', about: '立户、变更、退房结算，把表计划给户号' },
  DECIDE_BINDINGS: { name: '审核绑定', about: '通过或退回微信用户的户号绑定' },
  MANAGE_TARIFFS: { name: '管理费率', about: '起草、试算、发布水电价格' },
  RUN_BILLING: { name: '开账', about: '预览和开账，作废、重开账单，并行核对' },
  VIEW_PAYMENTS: { name: '查看收款', about: '查收款、票据、欠费、退款和减免' },
  TAKE_PAYMENTS: { name: '收款', about: '在收款台收钱、开票据，登记转账凭证' },
  REVERSE_PAYMENTS: { name: '冲正与审批', about: '冲正收款，审批退款、减免和核销' },
  APPROVE_TILLS: { name: '复核日结', about: '复核收款员的日结；不能复核自己的' },
  RECONCILE_BANK: { name: '银行对账', about: '银行流水、核实转账、校区清算、月结' },
  EXPORT_PAYMENTS: { name: '导出缴费', about: '把缴费数据导出给收费系统' },
  HANDLE_CASES: { name: '办理诉求', about: '看到并答复报修、投诉、咨询和上报' },
  DIRECT_CASES: { name: '分派诉求', about: '指定办理人，设定各类诉求的时限' },
  MAKE_VISITS: { name: '上门服务', about: '办理派给自己的上门预约' },
  MANAGE_VISITS: { name: '管理预约', about: '排班，安排和了结上门预约' },
  MANAGE_BULLETIN: { name: '发布文章通知', about: '写、发布和推送文章，发停水停电通知，查看消息送达' },
  VIEW_STAFF: { name: '查看人员', about: '查人员名单和各岗位权限' },
  MANAGE_STAFF: { name: '管理人员权限', about: '建账号、重置登录、授予岗位权限，提出和批准岗位权限的变更' },
  MANAGE_CAMPUSES: { name: '管理校区', about: '校区、办公时间、工作日历、由谁开账' },
  VIEW_AUDIT: { name: '查看审计记录', about: '查谁在什么时候做了什么，核验存证' },
}

/** Rights by what they are about, in the order people think of the work. */
export const RIGHT_GROUPS: readonly { name: string; rights: readonly Permission[] }[] = [
  {
    name: '抄表与表计',
    rights: ['VIEW_METERS', 'SUBMIT_READINGS', 'REVIEW_READINGS', 'APPROVE_CORRECTIONS', 'MANAGE_METERS', 'MANAGE_ROUNDS', 'CONTROL_DEVICES'],
  },
  {
    name: '户号与账单',
    rights: ['VIEW_ACCOUNTS', 'VIEW_PERSONAL_DATA', 'MANAGE_ACCOUNTS', 'DECIDE_BINDINGS', 'MANAGE_TARIFFS', 'RUN_BILLING'],
  },
  {
    name: '收款与对账',
    rights: ['VIEW_PAYMENTS', 'TAKE_PAYMENTS', 'REVERSE_PAYMENTS', 'APPROVE_TILLS', 'RECONCILE_BANK', 'EXPORT_PAYMENTS'],
  },
  { name: '用户服务', rights: ['HANDLE_CASES', 'DIRECT_CASES', 'MAKE_VISITS', 'MANAGE_VISITS', 'MANAGE_BULLETIN'] },
  { name: '系统', rights: ['VIEW_STAFF', 'MANAGE_STAFF', 'MANAGE_CAMPUSES', 'VIEW_AUDIT'] },
]

export const rightName = (right: Permission): string => RIGHT[right].name

export const rightNames = (rights: readonly Permission[]): string => rights.map(rightName).join('、')
