import { describe, expect, test } from 'vitest'
import { blocking, merged, type Moment, type Source } from '@/admin/accounts/timeline'

function moment(at: string): Moment {
  return { key: at, at, kind: 'bill', title: at, detail: '', amount: null, state: null, tone: 'plain', to: null }
}

function source(complete: boolean, ...days: string[]): Source {
  return { complete, moments: days.map((day) => moment(`2026-${day}T00:00:00Z`)) }
}

const days = (moments: readonly Moment[]) => moments.map(({ at }) => at.slice(5, 10))

describe('several lists as one', () => {
  test('stand in the order of time, newest first', () => {
    const all = merged([source(true, '09-01', '03-01'), source(true, '10-01', '05-01', '01-01')])
    expect(days(all)).toEqual(['10-01', '09-01', '05-01', '03-01', '01-01'])
  })

  test('end where something unfetched could still come before', () => {
    const bills = source(false, '09-01', '08-01')
    const payments = source(true, '10-01', '05-01')
    expect(days(merged([bills, payments]))).toEqual(['10-01', '09-01', '08-01'])
    expect(blocking([bills, payments])).toEqual([0])
  })

  test('show nothing before every list has begun', () => {
    const unread = source(false)
    const payments = source(true, '10-01')
    expect(merged([unread, payments])).toEqual([])
    expect(blocking([unread, payments])).toEqual([0])
    expect(blocking([unread, unread])).toEqual([0, 1])
  })

  test('go on by the list that ends first, not by all of them', () => {
    const long = source(false, '10-01', '02-01')
    const short = source(false, '10-02', '09-01')
    expect(days(merged([long, short]))).toEqual(['10-02', '10-01', '09-01'])
    expect(blocking([long, short])).toEqual([1])
  })

  test('are whole when all are complete, also when one is empty', () => {
    expect(days(merged([source(true), source(true, '10-01')]))).toEqual(['10-01'])
    expect(blocking([source(true), source(true, '10-01')])).toEqual([])
  })

  test('compare instants, not texts', () => {
    const offset: Source = { complete: true, moments: [moment('2026-10-01T00:00:00+08:00')] }
    const zulu: Source = { complete: true, moments: [moment('2026-09-30T17:00:00Z')] }
    expect(merged([offset, zulu]).map(({ at }) => at)).toEqual(['2026-09-30T17:00:00Z', '2026-10-01T00:00:00+08:00'])
  })
})
