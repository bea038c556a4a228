import type { Permission } from '@/gql/graphql'

export interface Place {
  to: string
  name: string
  /** Any of them opens it; none are needed where it is empty. */
  rights: readonly Permission[]
}

export interface Group {
  name: string
  places: readonly Place[]
}

/** What the menu offers, to whom; the server checks every request again. */
export const GROUPS: readonly Group[] = [
  {
    name: '抄表',
    places: [
      { to: '/meters', name: '表计档案', rights: ['VIEW_METERS'] },
      { to: '/readings', name: '读数审核', rights: ['REVIEW_READINGS'] },
      { to: '/photos', name: '照片核对', rights: ['REVIEW_READINGS'] },
      { to: '/anomalies', name: '异常读数', rights: ['VIEW_METERS'] },
      { to: '/remote-anomalies', name: '远传异常', rights: ['VIEW_METERS'] },
      { to: '/corrections', name: '读数更正', rights: ['APPROVE_CORRECTIONS', 'VIEW_AUDIT'] },
      { to: '/books', name: '抄表册', rights: ['VIEW_METERS'] },
      { to: '/rounds', name: '抄表轮次', rights: ['VIEW_METERS'] },
      { to: '/unread', name: '未抄清单', rights: ['VIEW_METERS'] },
      { to: '/campaigns', name: '自助抄表活动', rights: ['VIEW_METERS'] },
      { to: '/imports', name: '导入批次', rights: ['MANAGE_METERS', 'APPROVE_CORRECTIONS', 'VIEW_AUDIT'] },
      { to: '/connectors', name: '平台对接', rights: ['MANAGE_METERS'] },
      { to: '/import-profiles', name: '导入方案', rights: ['MANAGE_METERS'] },
      { to: '/validation-rules', name: '校验规则', rights: ['VIEW_METERS'] },
    ],
  },
  {
    name: '表计与统计',
    places: [
      { to: '/losses', name: '总分表损失', rights: ['VIEW_METERS'] },
      { to: '/collectors', name: '采集器', rights: ['VIEW_METERS'] },
      { to: '/forwarding', name: '透传', rights: ['VIEW_METERS'] },
      { to: '/orders', name: '设备指令', rights: ['VIEW_METERS'] },
      { to: '/labels', name: '表计条码', rights: ['VIEW_METERS'] },
      { to: '/equipment', name: '设备台账', rights: ['VIEW_METERS'] },
      { to: '/verifications', name: '检定轮换', rights: ['VIEW_METERS'] },
      { to: '/reports', name: '用量报表', rights: ['VIEW_METERS'] },
      { to: '/readers', name: '抄表绩效', rights: ['MANAGE_ROUNDS', 'VIEW_AUDIT'] },
    ],
  },
  {
    name: '账务',
    places: [
      { to: '/cashier', name: '收款台', rights: ['TAKE_PAYMENTS'] },
      { to: '/payments', name: '收款记录', rights: ['VIEW_PAYMENTS'] },
      { to: '/online', name: '网上缴费', rights: ['VIEW_PAYMENTS'] },
      { to: '/transfers', name: '转账核对', rights: ['VIEW_PAYMENTS'] },
      { to: '/bank', name: '银行流水', rights: ['RECONCILE_BANK'] },
      { to: '/payroll', name: '工资代扣', rights: ['VIEW_PAYMENTS'] },
      { to: '/vouchers', name: '校内转账', rights: ['VIEW_PAYMENTS'] },
      { to: '/tills', name: '日结月结', rights: ['VIEW_PAYMENTS'] },
      { to: '/stock', name: '票据', rights: ['VIEW_PAYMENTS'] },
      { to: '/billing', name: '开账', rights: ['RUN_BILLING'] },
      { to: '/bills', name: '账单', rights: ['VIEW_ACCOUNTS'] },
      { to: '/allocations', name: '公摊', rights: ['VIEW_ACCOUNTS'] },
      { to: '/billing-masters', name: '开账方', rights: ['VIEW_ACCOUNTS', 'MANAGE_CAMPUSES'] },
      { to: '/parallel-run', name: '并行核对', rights: ['RUN_BILLING'] },
      { to: '/reconciliations', name: '账单对账', rights: ['RECONCILE_BANK', 'VIEW_AUDIT'] },
      { to: '/prepaid', name: '预收费户', rights: ['VIEW_ACCOUNTS', 'MANAGE_METERS'] },
      { to: '/deposits', name: '押金', rights: ['VIEW_PAYMENTS'] },
      { to: '/refunds', name: '退款', rights: ['VIEW_PAYMENTS'] },
      { to: '/waivers', name: '减免核销', rights: ['VIEW_PAYMENTS'] },
      { to: '/arrears', name: '欠费催缴', rights: ['VIEW_PAYMENTS'] },
      { to: '/collection-rounds', name: '上门收费', rights: ['MANAGE_VISITS', 'TAKE_PAYMENTS', 'VIEW_AUDIT'] },
      { to: '/collections', name: '收款统计', rights: ['VIEW_PAYMENTS'] },
      { to: '/exports', name: '导出批次', rights: ['EXPORT_PAYMENTS', 'VIEW_AUDIT'] },
      { to: '/reading-exports', name: '抄表数据导出', rights: ['RUN_BILLING', 'VIEW_AUDIT'] },
    ],
  },
  {
    name: '用户',
    places: [
      { to: '/accounts', name: '户号', rights: ['VIEW_ACCOUNTS'] },
      { to: '/bindings', name: '绑定审核', rights: ['DECIDE_BINDINGS'] },
      { to: '/cases', name: '服务诉求', rights: ['HANDLE_CASES'] },
      { to: '/visits', name: '上门预约', rights: ['MAKE_VISITS'] },
      { to: '/visit-slots', name: '预约时段', rights: ['MAKE_VISITS'] },
      { to: '/outages', name: '停水停电', rights: ['MANAGE_BULLETIN'] },
      { to: '/articles', name: '文章', rights: ['MANAGE_BULLETIN'] },
      { to: '/messages', name: '消息发送', rights: ['MANAGE_BULLETIN'] },
    ],
  },
  {
    name: '系统',
    places: [
      { to: '/tariffs', name: '费率', rights: [] },
      { to: '/campuses', name: '校区', rights: ['MANAGE_CAMPUSES', 'MANAGE_BULLETIN'] },
      { to: '/calendar', name: '工作日历', rights: [] },
      { to: '/staff', name: '人员权限', rights: ['VIEW_STAFF'] },
      { to: '/roles', name: '权限矩阵', rights: ['VIEW_STAFF'] },
      { to: '/audit', name: '审计记录', rights: ['VIEW_AUDIT'] },
      { to: '/health', name: '运行状态', rights: [] },
    ],
  },
]

function open(place: Place, permissions: readonly Permission[]): boolean {
  return place.rights.length === 0 || place.rights.some((right) => permissions.includes(right))
}

export function groupsFor(permissions: readonly Permission[]): readonly Group[] {
  return GROUPS.map(({ name, places }) => ({
    name,
    places: places.filter((place) => open(place, permissions)),
  })).filter(({ places }) => places.length > 0)
}

/** Whether the server would answer what the page at `path` asks. */
export function mayOpen(path: string, permissions: readonly Permission[]): boolean {
  const place = GROUPS.flatMap(({ places }) => places).find(
    ({ to }) => path === to || path.startsWith(`${to}/`),
  )
  return !place || open(place, permissions)
}
