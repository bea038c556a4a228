import type { DeviceOrderAct, DeviceOrderOutcome, DeviceOrderState, SupplySeen } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'
import { showInstant } from '@/shared/when'

export const ORDER_ACT: Record<DeviceOrderAct, string> = {
  READ: '召测',
  CUT_OFF: '拉闸（关阀）',
  RESTORE: '合闸（开阀）',
  PERMIT_RESTORE: '合闸允许',
}

export const ORDER_STATE: Record<DeviceOrderState, string> = {
  REQUESTED: '待发出',
  DISPATCHED: '已发出',
  CANCELLED: '已撤回',
  FINISHED: '已结束',
  SETTLED: '已核实',
}

export const ORDER_OUTCOME: Record<DeviceOrderOutcome, string> = {
  READ: '已读到',
  CONFIRMED: '已确认',
  NOT_OBEYED: '没有到位',
  REFUSED: '表计拒绝',
  NO_ANSWER: '没有应答',
  UNKNOWN: '结果不明',
  NOT_SENT: '没有发出',
}

export const SUPPLY_SEEN: Record<SupplySeen, string> = { ON: '通', OFF: '断' }

const TONE: Record<DeviceOrderOutcome, Tone> = {
  READ: 'good',
  CONFIRMED: 'good',
  NOT_OBEYED: 'bad',
  REFUSED: 'bad',
  NO_ANSWER: 'warn',
  UNKNOWN: 'bad',
  NOT_SENT: 'warn',
}

export interface Order {
  act: DeviceOrderAct
  state: DeviceOrderState
  outcome?: DeviceOrderOutcome | null
  index?: string | null
  readAt?: string | null
  note?: string | null
  seen?: SupplySeen | null
}

export function isOver({ state }: Pick<Order, 'state'>): boolean {
  return state !== 'REQUESTED' && state !== 'DISPATCHED'
}

/** Somebody has to go and look; until then the meter takes no other order of that kind. */
export function waitsForLook({ state, outcome }: Order): boolean {
  return state === 'FINISHED' && outcome === 'UNKNOWN'
}

export function standingOf(order: Order): { name: string; tone: Tone } {
  const { state, outcome, seen } = order
  if (waitsForLook(order)) return { name: '待核实', tone: 'bad' }
  if (state === 'FINISHED' && outcome) return { name: ORDER_OUTCOME[outcome], tone: TONE[outcome] }
  if (state === 'SETTLED' && seen) return { name: `已核实：${SUPPLY_SEEN[seen]}`, tone: 'plain' }
  return { name: ORDER_STATE[state], tone: isOver(order) ? 'plain' : 'warn' }
}

/** What came of it, in a sentence, for whoever gave it and waits. */
export function sayOrder(order: Order): string {
  const { act, state, outcome, index, readAt, note } = order
  const why = note ? `：${note}` : ''
  switch (state) {
    case 'REQUESTED':
      return '已登记，等采集器空闲…'
    case 'DISPATCHED':
      return '已发出，等表计应答…'
    case 'CANCELLED':
      return `已撤回${why}。`
    case 'SETTLED':
      return `${standingOf(order).name}${note ? `（${note}）` : ''}。`
    case 'FINISHED':
      break
  }
  switch (outcome) {
    case 'READ':
      return `读数 ${index ?? '—'}${readAt ? `，${showInstant(readAt)} 读到` : ''}。`
    case 'CONFIRMED':
      return act === 'PERMIT_RESTORE' ? '已允许合闸，请用户在表上按键合闸。' : `${ORDER_ACT[act]}已由表计确认。`
    case 'NOT_OBEYED':
      return `表计应答了，但没有到位${why}。`
    case 'UNKNOWN':
      return '指令已发出，结果不明。请到现场查看，再在「设备指令」里登记核实结果。'
    default:
      return `${outcome ? ORDER_OUTCOME[outcome] : ORDER_STATE[state]}${why}。`
  }
}

export function toneOf(order: Order): Tone {
  return isOver(order) ? standingOf(order).tone : 'plain'
}
