import { expect, test } from 'vitest'
import { borneOf, shareRows } from '@/admin/billing/shares'

test('what the centre bears is the sum of the lines that are free', () => {
  expect(borneOf([{ borneByCentre: '310' }, { borneByCentre: null }, {}, { borneByCentre: '45' }])).toBe('355')
  expect(borneOf([{}])).toBe('0')
})

test('an occupant has a row for each meter and one sum', () => {
  const meters = [
    { meterNo: 'W1', days: 30, amount: '100' },
    { meterNo: 'E1', days: 30, amount: '50' },
  ]
  const rows = shareRows([
    { occupantNo: 'S1', amount: '150', meters },
    { occupantNo: 'S2', amount: '40', meters: [{ meterNo: 'W1', days: 8, amount: '40' }] },
  ])
  expect(rows.map(({ occupantNo, meterNo, sum, rows: span }) => [occupantNo, meterNo, sum, span])).toEqual([
    ['S1', 'W1', '150', 2],
    ['S1', 'E1', null, 2],
    ['S2', 'W1', '40', 1],
  ])
})
