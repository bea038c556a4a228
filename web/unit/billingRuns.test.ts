import { describe, expect, test } from 'vitest'
import { figuresOf, isRunning, percentOf, progressOf, restLine, scopeOf, type RunFigures } from '@/admin/billing/runs'

const run = (done: number, expected: number, state: 'RUNNING' | 'FINISHED' = 'RUNNING') => ({ state, done, expected })
const figures: RunFigures = {
  month: '2026-08',
  billed: 2,
  total: '12400',
  nothingToBill: 1,
  unread: ['C3'],
  alreadyBilled: 0,
  prepaid: 0,
  billedThere: 0,
  refused: 0,
  refusals: [],
}

describe('r23: a billing run', () => {
  test('is whole only when it has finished, whoever came meanwhile', () => {
    expect(percentOf(run(0, 60000))).toBe(0)
    expect(percentOf(run(12400, 60000))).toBe(20)
    expect(percentOf(run(60100, 60000))).toBe(99)
    expect(percentOf(run(0, 0))).toBe(0)
    expect(percentOf(run(3, 4, 'FINISHED'))).toBe(100)
  })

  test('says whether it goes on', () => {
    expect(isRunning(run(1, 2))).toBe(true)
    expect(progressOf(run(1, 2))).toEqual({ name: '进行中 50%', tone: 'warn' })
    expect(progressOf(run(2, 2, 'FINISHED'))).toEqual({ name: '已完成', tone: 'good' })
  })

  test('is over named accounts, a campus, or all', () => {
    const name = (id: string) => `${id} 校区`
    expect(scopeOf({ campusId: 'N', named: 2 }, name)).toBe('指定 2 户')
    expect(scopeOf({ campusId: 'N', named: 0 }, name)).toBe('N 校区')
    expect(scopeOf({ campusId: null, named: 0 }, name)).toBe('全部校区')
  })

  test('tells what accounts came to, and of the charging system only where it bills any', () => {
    expect(figuresOf(figures, true)[0]).toEqual({ name: '已开', value: '2' })
    expect(figuresOf(figures, false)[0]).toEqual({ name: '将开', value: '2' })
    expect(figuresOf(figures, true)[1]).toEqual({ name: '金额', value: '¥124.00' })
    const names = (of: RunFigures) => figuresOf(of, true).map((one) => one.name)
    expect(names(figures)).not.toContain('由收费系统开账')
    expect(names({ ...figures, billedThere: 3 })).toContain('由收费系统开账')
  })

  test('says how many accounts it does not list', () => {
    expect(restLine(100, 450)).toBe('另有 350 户未列出')
    expect(restLine(2, 2)).toBe('')
  })
})
