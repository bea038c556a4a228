import { describe, expect, test } from 'vitest'
import { entriesOf, formOf, inputOf, limitNamed, limitsOf, publishOf, type RuleSet } from '@/admin/rules/limits'
import { inForce, standingOf } from '@/admin/rules/versions'
import { changesOf } from '@/admin/ui/changes'

const limits: RuleSet['water'] = {
  highFactor: '3',
  highFloorPerDay: '0.5',
  highHoldPercent: 0,
  meanPerDay: null,
  zeroVisitMonths: 3,
  zeroQuietMonths: [2, 8],
  zeroOutagePercent: 50,
  lowFactor: '0.4',
  lowFloorPerDay: '0.1',
  changePercent: null,
  placeMetres: 200,
  watermarkMinutes: 10,
  photoHoldPercent: 90,
  estimation: { order: ['LATER_ACTUAL', 'LAST_YEAR'], inARowMax: 3, monthsMax: 6 },
  intervals: {
    spikeRatio: '10',
    sumDailyPercent: '2',
    sumWeeklyPercent: '1',
    staleSlots: 24,
    outlierFactor: '6',
    outlierNeighbours: 12,
    outlierFloor: '0.01',
    leakHours: 24,
    leakFloorPerHour: '0.005',
    burstPercent: '80',
    burstMinutes: 30,
    zeroRunMinutes: null,
  },
}
const rules: RuleSet = {
  version: 2,
  effectiveFrom: '2026-09-01',
  reason: '开学',
  publishedAt: '2026-08-20T01:00:00Z',
  publishedBy: 'staff:ma',
  futureToleranceMinutes: 5,
  water: limits,
  electricity: limits,
  classes: [{ class: 'UNIT', water: { ...limits, highFactor: '5' }, electricity: null }],
}

describe('r96: validation rules', () => {
  test('go to the form and back with every limit they have', () => {
    expect(inputOf(limitsOf(limits))).toEqual(limits)
    const published = publishOf(formOf(rules, '2027-01-01'))
    expect(published.water).toEqual(limits)
    expect(published.classes).toEqual([{ class: 'UNIT', water: { ...limits, highFactor: '5' }, electricity: null }])
    expect(published.effectiveFrom).toBe('2027-01-01')
  })

  test('an empty limit switches its rule off; figures are taken as they are typed', () => {
    const off = { ...limits, lowFactor: null, lowFloorPerDay: null }
    expect(inputOf(limitsOf(off))).toMatchObject({ lowFactor: null })
    expect('lowFloorPerDay' in inputOf(limitsOf(off))).toBe(false)
    const typed = { ...limitsOf(limits), zeroQuietMonths: '2、8，9', placeMetres: '３００' }
    expect(inputOf(typed)).toMatchObject({ zeroQuietMonths: [2, 8, 9], placeMetres: 300 })
  })

  test('say before they are published what becomes other than it was', () => {
    const form = formOf(rules, '')
    const before = entriesOf(form)
    const after = { ...form, electricity: { ...form.electricity, changePercent: '50', lowFactor: '' }, classes: {} }
    const changes = changesOf(before, entriesOf(after))
    expect(changes).toContainEqual({ name: '电表 · 用量变化超过多少提示', before: '不查', after: '50 %' })
    expect(changes).toContainEqual({ name: '电表 · 低于参照日均的倍数', before: '0.4 倍', after: '不查' })
    expect(changes).toContainEqual({ name: '单位用户水表 · 高于参照日均的倍数', before: '5 倍', after: null })
    expect(changes.some(({ name }) => name.startsWith('水表'))).toBe(false)
  })

  test('a refused limit is found by the path the server names', () => {
    expect(limitNamed('water.placeMetres')).toBe('水表 · 离标定位置最远')
    expect(limitNamed('electricity.intervals.leakHours')).toBe('电表 · V25 连续几小时有流量算漏')
    expect(limitNamed('reason')).toBeNull()
  })

  test('the version in force is the last that has begun', () => {
    const first = { version: 0, effectiveFrom: null }
    const later = { version: 3, effectiveFrom: '2027-01-01' }
    const all = [later, rules, first]
    expect(inForce(all, '2026-08-31')?.version).toBe(0)
    expect(inForce(all, '2026-11-28')?.version).toBe(2)
    expect(standingOf(all, later, '2026-11-28').name).toBe('还没生效')
    expect(standingOf(all, rules, '2026-11-28').name).toBe('现行')
    expect(standingOf(all, first, '2026-11-28').name).toBe('已被代替')
  })
})
