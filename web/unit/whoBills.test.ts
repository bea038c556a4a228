import { describe, expect, test } from 'vitest'
import { earliestFor, effectsOf, masterOf, standingOf } from '@/admin/masters/masters'
import { besides, countsOf, joined, verdictOf, type Line } from '@/admin/parallel/parallel'
import { numbersOf } from '@/shared/numbersOf'
import { resultOf } from '@/admin/reconciliations/words'

const theirs = { campusId: 'N', from: '2026-01', master: 'CHARGING_SYSTEM' as const }
const ours = { campusId: 'N', from: '2027-03', master: 'HERE' as const }
const settings = [ours, theirs]

describe('r91: who bills', () => {
  test('follows from what was said last before a month; before anything was, we do', () => {
    expect(masterOf(settings, 'N', '2025-12')).toBe('HERE')
    expect(masterOf(settings, 'N', '2026-01')).toBe('CHARGING_SYSTEM')
    expect(masterOf(settings, 'N', '2027-02')).toBe('CHARGING_SYSTEM')
    expect(masterOf(settings, 'N', '2027-03')).toBe('HERE')
    expect(masterOf(settings, 'S', '2027-03')).toBe('HERE')
  })

  test('a setting is to come, in force or over', () => {
    expect(standingOf(settings, ours, '2026-11').name).toBe('尚未开始')
    expect(standingOf(settings, theirs, '2026-11').name).toBe('现行')
    expect(standingOf(settings, theirs, '2027-04').name).toBe('已结束')
  })

  test('changes with a month to come; only a campus nobody has set up may reach back', () => {
    expect(earliestFor(settings, 'N', '2026-12')).toBe('2027-01')
    expect(earliestFor(settings, 'S', '2026-12')).toBeNull()
  })

  test('says before it is changed what that does, and what was planned it undoes', () => {
    const wanted = { campusId: 'N', master: 'HERE' as const, from: '2027-01', lateFeesHere: false }
    const said = effectsOf(settings, wanted, '北校区').join('')
    expect(said).toContain('北校区从 2027年1月账期起由本系统开账')
    expect(said).toContain('2026年12月及以前的账期不变')
    expect(said).toContain('原定从 2027年3月起由本系统开账的安排随之取消')
    expect(effectsOf(settings, { ...wanted, master: 'CHARGING_SYSTEM' }, '北校区').join('')).toContain('开账方不变')
    expect(effectsOf(settings, { ...wanted, campusId: '' }, '—')).toEqual([])
  })

  test('a list agrees, differs, or has not been gone through', () => {
    expect(resultOf({ finished: true, differing: 0 })).toEqual({ name: '一致', tone: 'good' })
    expect(resultOf({ finished: true, differing: 3 })).toEqual({ name: '3 项差异', tone: 'bad' })
    expect(resultOf({ finished: false, differing: 0 }).tone).toBe('warn')
  })
})

function line(meterNo: string, amount: string): Line {
  return { meterNo, commodity: 'WATER', component: 'water', tier: null, quantity: '1', unit: 'm³', price: '1', amount }
}

describe('r97: a parallel run', () => {
  test('puts both bills beside each other meter by meter, what differs most first', () => {
    const here = { billNo: null, total: '7000', lines: [line('W1', '3000'), line('W1', '200'), line('E1', '3800')] }
    const there = { billNo: 'A1-202608', total: '7002', lines: [line('E1', '3801'), line('W1', '3200'), line('G1', '1')] }
    const rows = besides({ here, there })
    expect(rows.map(({ meterNo, difference }) => [meterNo, difference])).toEqual([
      ['E1', '-1'],
      ['G1', '-1'],
      ['W1', '0'],
    ])
    expect(rows.find(({ meterNo }) => meterNo === 'W1')?.here).toHaveLength(2)
    expect(besides({ here: null, there })).toHaveLength(3)
  })

  test('counts its verdicts, and says in a sentence what they come to', () => {
    const one = { accountNo: 'A1', kind: 'PRICE' as const, difference: '-1', here: null, there: null, refusal: null }
    const counts = countsOf({ agreed: 7, differences: [one, { ...one, kind: 'USAGE' }, { ...one, accountNo: 'A2' }] })
    expect(Object.fromEntries(counts.map(({ kind, accounts }) => [kind, accounts]))).toEqual({
      NONE: 7,
      MISSING_HERE: 0,
      MISSING_THERE: 0,
      USAGE: 1,
      PRICE: 2,
    })
    expect(verdictOf({ accounts: 0, differing: 0, differences: [] })).toContain('没有可核对的户')
    expect(verdictOf({ accounts: 9, differing: 0, differences: [] })).toContain('全部一致')
    expect(verdictOf({ accounts: 9, differing: 2, differences: [one, one] })).toContain('2 户不一致')
    expect(verdictOf({ accounts: 1, differing: 1, differences: [{ ...one, kind: 'MISSING_THERE' }] })).toContain('还没有导入')
  })

  test('of many accounts is asked for in portions, and is one', () => {
    const one = { accountNo: 'A1', kind: 'PRICE' as const, difference: '-1', here: null, there: null, refusal: null }
    const run = { month: '2026-08', accounts: 2, agreed: 1, differing: 1, here: '100', there: '101', difference: '-1', differences: [one] }
    expect(joined('2026-08', [run, { ...run, differences: [{ ...one, accountNo: 'B2' }] }])).toMatchObject({
      accounts: 4,
      agreed: 2,
      differing: 2,
      here: '200',
      there: '202',
      difference: '-2',
      differences: [{ accountNo: 'A1' }, { accountNo: 'B2' }],
    })
    expect(joined('2026-08', [])).toMatchObject({ accounts: 0, here: '0', differences: [] })
  })

  test('takes account numbers as people write them', () => {
    expect(numbersOf(' 10001、10002，１０００３\n10001')).toEqual(['10001', '10002', '10003'])
    expect(numbersOf(' ')).toEqual([])
  })
})
