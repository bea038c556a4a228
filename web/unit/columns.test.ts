import { describe, expect, it } from 'vitest'
import { hiddenIn, shownOf } from '@/admin/ui/columnChoice'
import type { Column } from '@/admin/ui/columns'
import { inOrder, nextOrder, parseOrder, serverSort } from '@/admin/ui/rowOrder'

interface Row {
  no: string
  due: string
  day: string
}

const columns: Column<Row>[] = [
  { name: '户号', text: ({ no }) => no },
  { name: '欠费', orderBy: 'OPEN_AMOUNT', text: ({ due }) => due, figure: true },
  { name: '日期', text: ({ day }) => day },
]
const rows: Row[] = [
  { no: 'A10', due: '¥1,234.50', day: '2026-02-01' },
  { no: 'A9', due: '—', day: '' },
  { no: 'A100', due: '-¥20.00', day: '2025-12-31' },
  { no: 'A1', due: '¥99.90', day: '—' },
]
const by = (order: string) => inOrder(rows, columns, parseOrder(order)).map(({ no }) => no)

describe('columns somebody does without', () => {
  it('are left out, but for the first one', () => {
    expect(shownOf(columns, ['欠费', '户号', '没有的']).map(({ name }) => name)).toEqual(['户号', '日期'])
    expect(shownOf(columns, [])).toEqual(columns)
  })

  it('are read from what is kept, whatever is kept', () => {
    expect(hiddenIn('{"账单":["未缴"]}')).toEqual({ 账单: ['未缴'] })
    for (const kept of [null, '', 'nonsense', 'null', '7', '{"账单":7}']) expect(hiddenIn(kept)).toEqual({})
  })
})

describe('the order of rows', () => {
  it('goes by amount, and what has none comes last either way', () => {
    expect(by('欠费')).toEqual(['A100', 'A1', 'A10', 'A9'])
    expect(by('-欠费')).toEqual(['A10', 'A1', 'A100', 'A9'])
  })

  it('goes by words as people count them', () => {
    expect(by('户号')).toEqual(['A1', 'A9', 'A10', 'A100'])
    expect(by('-日期')).toEqual(['A10', 'A100', 'A9', 'A1'])
  })

  it('stays as the server has it where no such column is', () => {
    expect(by('别的')).toEqual(rows.map(({ no }) => no))
    expect(by('')).toEqual(rows.map(({ no }) => no))
  })

  it('turns up, down and back', () => {
    expect(nextOrder(null, '欠费')).toBe('欠费')
    expect(nextOrder(parseOrder('欠费'), '欠费')).toBe('-欠费')
    expect(nextOrder(parseOrder('-欠费'), '欠费')).toBeUndefined()
    expect(nextOrder(parseOrder('-欠费'), '户号')).toBe('户号')
  })
})

describe('the order a server is asked for', () => {
  it('is that of a column it can sort by, or its own', () => {
    expect(serverSort(columns, parseOrder('欠费'))).toEqual({ orderBy: 'OPEN_AMOUNT', direction: 'ASC' })
    expect(serverSort(columns, parseOrder('-欠费'))).toEqual({ orderBy: 'OPEN_AMOUNT', direction: 'DESC' })
    for (const other of ['户号', '没有的', '', undefined]) expect(serverSort(columns, parseOrder(other))).toBeNull()
  })
})
