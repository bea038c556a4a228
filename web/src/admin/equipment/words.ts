import type { EquipmentKind } from '@/gql/graphql'

export const EQUIPMENT_KIND: Record<EquipmentKind, string> = {
  ELECTRONIC_METER: '普通电表',
  SMART_METER: '智能电表',
  WATER_METER: '普通水表',
  REMOTE_WATER_METER: '远传水表',
  HANDHELD: '掌上抄表机',
  COLLECTOR: '数据采集器',
  MOBILE_TERMINAL: '移动抄表终端',
  BARCODE_PRINTER: '条码打印机',
}

/** Only meters are tested by the law. */
export function isMeter(kind: EquipmentKind): boolean {
  return kind.endsWith('_METER')
}
