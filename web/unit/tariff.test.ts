import { expect, test } from 'vitest'
import { checked, currentVersion, draftOf } from '../src/admin/tariffs/draft'

const nothing = { freeAllowance: null, minimumCharge: null, timeOfUse: [] }
const old = { from: '2024-01-01', to: '2025-12-31', tiers: [{ upTo: null, price: '0.5' }], surcharges: [], ...nothing }
const now = {
  from: '2026-01-01',
  to: null,
  tiers: [
    { upTo: '180', price: '3.45' },
    { upTo: null, price: '4.83' },
  ],
  surcharges: [{ name: '污水处理费', price: '1.7' }],
  freeAllowance: { perMonth: '8', basis: 'PERSON' as const, excludedMonths: [2, 8] },
  minimumCharge: '500',
  timeOfUse: [],
}

test('the version of a day is the one that holds then', () => {
  expect(currentVersion({ versions: [old, now] }, '2025-12-31')).toBe(old)
  expect(currentVersion({ versions: [old, now] }, '2026-01-01')).toBe(now)
})

test('a draft begins with what holds, and means it unchanged', () => {
  const { tiers, surcharges, freeAllowance, minimumCharge, timeOfUse } = now
  const version = { from: '2027-01-01', to: null, tiers, surcharges, freeAllowance, minimumCharge, timeOfUse }
  expect(checked(draftOf(now, '2027-01-01'))).toEqual({ version })
  expect(checked(draftOf(old, '2027-01-01'))).toMatchObject({ version: nothing })
})

test('the hours of use keep their prices, and those without one are left out', () => {
  const timeOfUse = [
    { rate: 'PEAK' as const, delta: '0.03' },
    { rate: 'VALLEY' as const, delta: '-0.25' },
  ]
  const byHours = { ...old, timeOfUse }
  expect(checked(draftOf(byHours, '2027-01-01'))).toMatchObject({ version: { timeOfUse } })
  const draft = draftOf(byHours, '2027-01-01')
  draft.deltas.FLAT = '便宜'
  expect(checked(draft)).toEqual({ wrong: '平时段的价差请写成 0.03 或 -0.25 这样，没有的空着。' })
  const free = { ...draftOf(byHours, '2027-01-01'), allowance: '8' }
  expect(checked(free)).toEqual({ wrong: '有免费额度的价格不能再分时。' })
})

test('full-width figures are understood', () => {
  const draft = draftOf(now, '2027-01-01')
  draft.tiers[0] = { upTo: '２００', price: '３．５' }
  expect(checked(draft)).toMatchObject({ version: { tiers: [{ upTo: '200', price: '3.5' }, now.tiers[1]] } })
})

test('what is amiss is said before the server is asked', () => {
  const wrong = (change: (draft: ReturnType<typeof draftOf>) => void) => {
    const draft = draftOf(now, '2027-01-01')
    change(draft)
    return checked(draft)
  }
  expect(wrong((draft) => (draft.from = ''))).toEqual({ wrong: '请选从哪一天起。' })
  expect(wrong((draft) => draft.tiers.splice(1, 0, { upTo: '180', price: '4' }))).toEqual({ wrong: '第 2 档要用到多少，请填得比上一档大。' })
  expect(wrong((draft) => (draft.tiers[1] = { upTo: '', price: '-1' }))).toEqual({ wrong: '第 2 档的单价请写成 0.5 这样。' })
  expect(wrong((draft) => (draft.allowance = '八'))).toEqual({ wrong: '免费额度请写成 8 或 8.5 这样，没有的空着。' })
  expect(wrong((draft) => (draft.excluded = '2、13'))).toEqual({ wrong: '没有免费额度的月份请写成 2、8 这样。' })
  expect(wrong((draft) => (draft.excluded = '二月'))).toEqual({ wrong: '没有免费额度的月份请写成 2、8 这样。' })
  expect(wrong((draft) => (draft.minimum = '五元'))).toEqual({ wrong: '最低消费请写成 5.00 这样，没有的空着。' })
  expect(wrong((draft) => draft.surcharges.push({ name: '', price: '1' }))).toEqual({ wrong: '附加费请填名称和单价，不要的请删掉。' })
})
