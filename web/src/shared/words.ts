import type {
  BindingStatus,
  Commodity,
  PaymentMethod,
  ReadingChannel,
  ReadingStatus,
  ReceiptPart,
} from '@/gql/graphql'

export const COMMODITY: Record<Commodity, { name: string; meter: string; unit: string }> = {
  WATER: { name: '用水', meter: '水表', unit: '吨' },
  ELECTRICITY: { name: '用电', meter: '电表', unit: '度' },
}

export const READING_STATUS: Record<ReadingStatus, string> = {
  ACCEPTED: '已通过',
  HELD: '待审核',
  REJECTED: '未通过',
  CORRECTED: '已更正',
}

export const READING_CHANNEL: Record<ReadingChannel, string> = {
  SELF_READ: '自助抄表',
  FIELD: '现场抄表',
  HANDHELD: '掌上机',
  REMOTE: '远传',
  IMPORT: '导入',
  BLUETOOTH: '蓝牙抄表',
  ESTIMATE: '估抄',
}

export const BINDING_STATUS: Record<BindingStatus, string> = {
  PENDING: '待审核',
  APPROVED: '已绑定',
  REJECTED: '未通过',
  REVOKED: '已解绑',
}

export const PAYMENT_METHOD: Record<PaymentMethod, string> = {
  CASH: '现金',
  CHEQUE: '支票',
  TRANSFER: '转账',
  UNIONPAY: '银联',
  WECHAT_PAY: '微信支付',
  PAYROLL: '工资代扣',
  INTERNAL_TRANSFER: '校内转账',
}

export const RECEIPT_PART: Record<ReceiptPart, string> = {
  WATER: '水费',
  ELECTRICITY: '电费',
  CREDIT: '存入余额',
  DEPOSIT: '押金',
  LATE_FEE: '滞纳金',
}
