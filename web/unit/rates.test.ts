import { expect, test } from 'vitest'
import { noRates, ratesOf } from '../src/m/staff/rates'

test('registers are sent as typed, those left empty are not', () => {
  expect(ratesOf(noRates())).toEqual([])
  expect(ratesOf({ ...noRates(), PEAK: ' １２０.５ ', VALLEY: '40' })).toEqual([
    { rate: 'PEAK', index: '120.5' },
    { rate: 'VALLEY', index: '40' },
  ])
})

test('what is no figure is not sent at all', () => {
  expect(ratesOf({ ...noRates(), FLAT: '八十' })).toBeNull()
  expect(ratesOf({ ...noRates(), FLAT: '-1' })).toBeNull()
})
