import { expect, test } from 'vitest'
import { monthsFrom, showDay, showMonth } from '@/shared/when'

test('months are counted over the turn of the year', () => {
  expect(monthsFrom('2026-11', 0)).toBe('2026-11')
  expect(monthsFrom('2026-11', 2)).toBe('2027-01')
  expect(monthsFrom('2026-01', -1)).toBe('2025-12')
  expect(monthsFrom('2026-12', -12)).toBe('2025-12')
})

test('a day is the day of the campus, not of the browser', () => {
  expect(showDay('2026-11-27T16:00:00Z')).toBe('2026-11-28')
  expect(showMonth('2026-03')).toBe('2026年3月')
})
