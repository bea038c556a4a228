import { describe, expect, it } from 'vitest'
import { daysOf, spanOf, type Slot } from '@/admin/visits/slots'
import { parseSpans, writeSpans } from '@/admin/visits/spans'
import { daysFrom, showWeekday, weekOf } from '@/admin/visits/week'

describe('stretches of a day', () => {
  it('are read as people write them', () => {
    const spans = [
      { from: '09:00', to: '10:00' },
      { from: '14:30', to: '15:30' },
    ]
    expect(parseSpans('9:00-10:00\n14：30 至 15：30').spans).toEqual(spans)
    expect(parseSpans('09:00–10:00，14:30～15:30').spans).toEqual(spans)
    expect(parseSpans(writeSpans(spans))).toEqual({ spans, wrong: null })
    expect(parseSpans(' \n').spans).toEqual([])
  })

  it('name what is none', () => {
    expect(parseSpans('09:00-10:00\n上午').wrong).toBe('上午')
    expect(parseSpans('09:00-24:30').wrong).toBe('09:00-24:30')
    expect(parseSpans('09:00-09:75').wrong).toBe('09:00-09:75')
  })
})

describe('a week', () => {
  it('begins on Monday, over the turn of a year, too', () => {
    expect(weekOf('2026-11-29')).toEqual(weekOf('2026-11-23'))
    expect(weekOf('2027-01-01')[0]).toBe('2026-12-28')
    expect(weekOf('2027-01-01')[6]).toBe('2027-01-03')
    expect(daysFrom('2027-03-01', -1)).toBe('2027-02-28')
    expect(showWeekday('2026-11-29')).toBe('11-29 周日')
  })
})

describe('slots', () => {
  const slot = (staff: string, from: string, to: string): Slot => ({ slotId: from, from, to, staff, appointmentId: null })

  it('stand under who goes and the day of the campus, on its clock', () => {
    const slots = [
      slot('zhou', '2026-11-29T23:30:00Z', '2026-11-30T00:30:00Z'),
      slot('bai', '2026-11-30T01:00:00Z', '2026-11-30T02:00:00Z'),
      slot('zhou', '2026-11-30T01:00:00Z', '2026-11-30T02:00:00Z'),
    ]
    const days = daysOf(slots)
    expect(days.map(({ staff, date }) => [staff, date])).toEqual([
      ['bai', '2026-11-30'],
      ['zhou', '2026-11-30'],
    ])
    expect(days[1]?.slots.map(spanOf)).toEqual([
      { from: '07:30', to: '08:30' },
      { from: '09:00', to: '10:00' },
    ])
  })
})
