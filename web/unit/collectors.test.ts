import { describe, expect, test } from 'vitest'
import { formOf, inputOf, sayBilling, sayEvery, stepsWith } from '@/admin/collectors/sweeping'
import { bytesOf, forwardingOf, gathered, linkOf, roundOf } from '@/admin/collectors/words'
import { barsOf, sayDay, slotsOver, sumOf } from '@/admin/meters/intervals'
import { isOver, sayOrder, standingOf, waitsForLook, type Order } from '@/admin/orders/words'
import { heights } from '@/shared/bars'
import { minutesOver, showSecond } from '@/shared/when'

describe('r96: a collector', () => {
  test('is in use or not, linked or not, or was never heard', () => {
    expect(linkOf({ linked: true, retired: false, linkChangedAt: '2026-11-28T01:00:00Z' }).name).toBe('在线')
    expect(linkOf({ linked: false, retired: false, linkChangedAt: '2026-11-28T01:00:00Z' }).tone).toBe('bad')
    expect(linkOf({ linked: false, retired: false }).name).toBe('从未上线')
    expect(linkOf({ linked: true, retired: true }).name).toBe('已停用')
  })

  test('is well where all meters answered, and ill where none did', () => {
    expect(roundOf({ answered: 32, asked: 32 })).toEqual({ name: '32 / 32', tone: 'good' })
    expect(roundOf({ answered: 31, asked: 32 }).tone).toBe('warn')
    expect(roundOf({ answered: 0, asked: 32 }).tone).toBe('bad')
    expect(roundOf({}).name).toBe('还没有')
  })

  test('keeps the step it has as a choice; every choice divides a day', () => {
    expect(stepsWith(45)).toContain(45)
    expect(stepsWith(15).filter((one) => one === 15)).toHaveLength(1)
    for (const step of stepsWith(15)) expect(1440 % step).toBe(0)
    expect([15, 60, 120, 1440].map(sayEvery)).toEqual(['每 15 分钟一次', '每小时一次', '每 2 小时一次', '每天一次'])
  })

  test('goes from its setting to the form and back, by day or by month', () => {
    for (const billingDay of [null, 1, 28]) {
      const set = { everyMinutes: 30, retries: 1, billingDay }
      expect(inputOf(formOf(set))).toEqual(set)
    }
    expect(sayBilling(null)).toContain('日冻结')
    expect(sayBilling(5)).toContain('每月 5 日')
  })

  test('frames read byte by byte, also one that is cut', () => {
    expect(bytesOf('6811fe')).toBe('68 11 FE')
    expect(bytesOf('681')).toBe('68 1')
    expect(bytesOf('')).toBe('')
    expect(showSecond('2026-11-28T05:06:07Z')).toBe('13:06:07')
  })
})

describe('r96: what platforms send through', () => {
  test('is told from the rounds, and from what was held up', () => {
    expect(['透传', '透传被拦截', '应答 72504.06 kWh', '上线，来自 10.0.0.1'].map((what) => forwardingOf({ what }))).toEqual([
      'PASSED',
      'BLOCKED',
      null,
      null,
    ])
  })

  test('stays when newer frames push it out, each once, and begins anew with the server', () => {
    const of = (...numbers: number[]) => numbers.map((number) => ({ number }))
    expect(gathered([], of(3, 2, 1), 9)).toEqual(of(3, 2, 1))
    expect(gathered(of(3, 2, 1), of(5, 4, 3), 9)).toEqual(of(5, 4, 3, 2, 1))
    expect(gathered(of(3, 2, 1), of(5, 4, 3), 3)).toEqual(of(5, 4, 3))
    expect(gathered(of(3, 2, 1), [], 9)).toEqual(of(3, 2, 1))
    expect(gathered(of(900, 899), of(2, 1), 9)).toEqual(of(2, 1))
  })
})

const order: Order = { act: 'READ', state: 'REQUESTED' }

describe('r33: an order', () => {
  test('goes on until it is taken back or ended', () => {
    expect([order, { ...order, state: 'DISPATCHED' as const }].map(isOver)).toEqual([false, false])
    for (const state of ['CANCELLED', 'FINISHED', 'SETTLED'] as const) expect(isOver({ state })).toBe(true)
  })

  test('with an unknown end waits for somebody to look, until it is settled', () => {
    const unknown: Order = { act: 'CUT_OFF', state: 'FINISHED', outcome: 'UNKNOWN' }
    expect(waitsForLook(unknown)).toBe(true)
    expect(standingOf(unknown)).toEqual({ name: '待核实', tone: 'bad' })
    expect(sayOrder(unknown)).toContain('现场')
    const settled: Order = { ...unknown, state: 'SETTLED', seen: 'OFF', note: '江波看过' }
    expect(waitsForLook(settled)).toBe(false)
    expect(standingOf(settled).name).toBe('已核实：断')
    expect(sayOrder(settled)).toBe('已核实：断（江波看过）。')
  })

  test('says what came of it', () => {
    const ended = (one: Partial<Order>) => sayOrder({ ...order, state: 'FINISHED', ...one })
    expect(ended({ outcome: 'READ', index: '72504.06', readAt: '2026-11-28T05:06:07Z' })).toBe('读数 72504.06，2026-11-28 13:06 读到。')
    expect(ended({ outcome: 'CONFIRMED', act: 'CUT_OFF' })).toBe('拉闸（关阀）已由表计确认。')
    expect(ended({ outcome: 'CONFIRMED', act: 'PERMIT_RESTORE' })).toContain('按键合闸')
    expect(ended({ outcome: 'NO_ANSWER' })).toBe('没有应答。')
    expect(ended({ outcome: 'REFUSED', note: '密码错误' })).toBe('表计拒绝：密码错误。')
    expect(sayOrder({ ...order, state: 'CANCELLED', note: '误点' })).toBe('已撤回：误点。')
  })
})

describe('r96: the intervals of a day', () => {
  const day = { stepMinutes: 15, moved: ['0.10', null, '0.25', null] }

  test('show gaps as gaps, and are named by when they begin', () => {
    expect(barsOf(day, 3)).toEqual([
      { label: '00:00', value: '0.10' },
      { label: '00:15', value: null },
      { label: '00:30', value: '0.25' },
    ])
    expect(heights(barsOf(day, 4))).toEqual([0.4, 0, 1, 0])
  })

  test('add up exactly', () => {
    expect(sumOf(day, 4)).toEqual({ known: 2, gaps: 2, total: '0.35' })
    expect(sumOf({ ...day, moved: ['0.1', '0.2', '0'] }, 3).total).toBe('0.3')
    expect(sayDay(day, 3, '吨')).toBe('2 个间隔共 0.35 吨，缺 1 个')
    expect(sayDay({ ...day, moved: [null, null] }, 2, '吨')).toBe('还没有完整的间隔')
  })

  test('that are still to come are no gaps', () => {
    const now = '2026-11-28T13:31:00Z'
    expect(minutesOver('2026-11-28', now)).toBe(21 * 60 + 31)
    expect(minutesOver('2026-11-27', now)).toBe(1440)
    expect(minutesOver('2026-11-29', now)).toBe(0)
    expect(slotsOver(day, 31)).toBe(2)
    expect(slotsOver(day, 1440)).toBe(4)
    expect(slotsOver(day, 0)).toBe(0)
    expect(sumOf(day, 3).gaps).toBe(1)
  })
})
