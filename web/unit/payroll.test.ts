import { describe, expect, test } from 'vitest'
import { differenceLine, sharesOf } from '@/admin/payroll/money'
import { portionsOf, progressOf, readReturned, textOf } from '@/admin/payroll/results'

const HEAD = '代扣批次,扣款月份,户号,工号,应扣金额,实扣金额,未扣原因'

describe('r94: what the payroll office sends back', () => {
  test('is read in yuan and kept in fen; what nobody has filled in says nothing', () => {
    const text = `\uFEFF${HEAD}\r\nGZ000001,2026-03,10001,T1,31.00,31.00,\r\nGZ000001,2026-03,10002,T2,31.00,0,"工资不足, 停发"\r\nGZ000001,2026-03,10003,T3,31.00,,\r\n`
    expect(readReturned(text, 'GZ000001')).toEqual({
      rows: [
        { accountNo: '10001', deducted: '3100', reason: null },
        { accountNo: '10002', deducted: '0', reason: '工资不足, 停发' },
      ],
      blank: 1,
      troubles: [],
    })
  })

  test('may be copied from a table, with the columns in any order', () => {
    expect(readReturned('实扣\t户号\n1,234.50\t10001\n', 'GZ000001').rows).toEqual([{ accountNo: '10001', deducted: '123450', reason: null }])
  })

  test('is not taken where a row is of another batch, is no amount, or comes twice', () => {
    const text = `${HEAD}\nGZ000002,,10001,,,1,\nGZ000001,,10002,,,一元,\nGZ000001,,10003,,,1,\nGZ000001,,10003,,,2,\nGZ000001,,,,,1,`
    const { rows, troubles } = readReturned(text, 'GZ000001')
    expect(rows).toHaveLength(1)
    expect(troubles.map(({ line }) => line)).toEqual([2, 3, 5, 6])
    expect(troubles[0]?.why).toContain('GZ000002')
    expect(readReturned('10001,31.00', 'GZ000001').troubles[0]?.why).toContain('列名')
  })

  test('is in UTF-8 or GBK', () => {
    expect(textOf(new TextEncoder().encode('户号').buffer as ArrayBuffer)).toBe('户号')
    expect(textOf(new Uint8Array([0xbb, 0xa7, 0xba, 0xc5]).buffer)).toBe('户号')
  })

  test('goes to the server a hundred rows at a time', () => {
    expect(portionsOf(Array.from({ length: 250 }, (_, at) => at)).map(({ length }) => length)).toEqual([100, 100, 50])
    expect(portionsOf([])).toEqual([])
  })

  test('what it pays in is short or over by so much, in words', () => {
    expect(differenceLine('0')).toBe('无')
    expect(differenceLine('-5000')).toBe('少 ¥50.00')
    expect(differenceLine('100')).toBe('多 ¥1.00')
  })

  test('what it pays in is given to batches in fen, and not at all where an amount is none', () => {
    const typed = [{ batchNo: ' GZ000001 ', yuan: '1,000.5' }]
    expect(sharesOf(typed)).toEqual([{ batchNo: 'GZ000001', amount: '100050' }])
    expect(sharesOf([...typed, { batchNo: 'GZ000002', yuan: '' }])).toBeNull()
  })

  test('a batch waits until every row of it is said', () => {
    expect(progressOf({ rows: 3, paidRows: 0, refusedRows: 0 }).name).toBe('等回盘')
    expect(progressOf({ rows: 3, paidRows: 1, refusedRows: 1 }).name).toBe('还有 1 行等回盘')
    expect(progressOf({ rows: 3, paidRows: 2, refusedRows: 1 }).tone).toBe('good')
  })
})
