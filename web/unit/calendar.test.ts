import { describe, expect, test } from 'vitest'
import { parseDays, runsOf, sayRuns, writeRuns } from '@/admin/calendar/days'

describe('r96: the days of a working calendar', () => {
  test('are read one by one and in stretches, however they are parted', () => {
    expect(parseDays('2027-1-1，2027-02-05 至 2027-02-08\n2027-04-05').days).toEqual([
      '2027-01-01',
      '2027-02-05',
      '2027-02-06',
      '2027-02-07',
      '2027-02-08',
      '2027-04-05',
    ])
    expect(parseDays('2026-12-31～2027-01-01').days).toEqual(['2026-12-31', '2027-01-01'])
    expect(parseDays(' \n ')).toEqual({ days: [], wrong: null })
  })

  test.each(['2027-02-30', '春节', '2027-02-08 至 2027-02-05', '2027-01-01 至 2027-12-31', '2027-01-01 至 2027-01-02 至 2027-01-03', '01-01'])(
    'what is no day is named: %s',
    (part) => {
      expect(parseDays(`2027-01-01\n${part}`)).toEqual({ days: [], wrong: part })
    },
  )

  test('stand as stretches, and what is written of them is read again', () => {
    const days = ['2027-02-28', '2027-03-01', '2027-01-01', '2027-10-01', '2027-10-02', '2027-10-03']
    expect(runsOf(days)).toHaveLength(3)
    expect(sayRuns(days)).toBe('1月1日，2月28日至3月1日，10月1日至3日')
    expect(parseDays(writeRuns(days)).days).toEqual([...days].sort())
    expect(sayRuns([])).toBe('—')
  })
})
