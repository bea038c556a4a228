import { describe, expect, it } from 'vitest'
import { chequeOf, counterFor, settle, type Counter } from '@/admin/cashier/till'

const counter: Counter = {
  method: 'CASH',
  due: '18345',
  amount: '183.45',
  tendered: '',
  chequeNumber: '',
  chequeBank: '',
}

describe('settle', () => {
  it('takes exact money when nothing is said of what was handed over', () => {
    expect(settle(counter)).toEqual({ ready: true, amount: '18345', change: '0', credit: '0', remaining: '0' })
  })

  it('gives change on cash only', () => {
    expect(settle({ ...counter, tendered: '200' })).toMatchObject({ change: '1655' })
    const cheque = { ...counter, method: 'CHEQUE' as const, tendered: '200', chequeNumber: '1', chequeBank: '行' }
    expect(settle(cheque)).toMatchObject({ ready: true, change: '0' })
  })

  it('says what stays open and what stays as credit', () => {
    expect(settle({ ...counter, amount: '100' })).toMatchObject({ remaining: '8345', credit: '0' })
    expect(settle({ ...counter, amount: '200' })).toMatchObject({ remaining: '0', credit: '1655' })
    expect(settle({ ...counter, due: '0', amount: '50' })).toMatchObject({ remaining: '0', credit: '5000' })
  })

  it.each([
    [{ amount: '' }, '入账金额'],
    [{ amount: '0' }, '入账金额'],
    [{ amount: '0.00' }, '入账金额'],
    [{ amount: '-5' }, '入账金额'],
    [{ tendered: '100' }, '少于'],
    [{ tendered: 'abc' }, '不是金额'],
    [{ method: 'CHEQUE' as const, chequeNumber: '12' }, '出票银行'],
  ])('%j is not ready', (change, why) => {
    const till = settle({ ...counter, ...change })
    expect(till).toMatchObject({ ready: false, why: expect.stringContaining(why) })
  })
})

describe('the counter', () => {
  it('begins with cash, and sends a cheque only where it is one', () => {
    expect(chequeOf({ ...counterFor('5'), chequeNumber: '1' })).toBeNull()
    expect(chequeOf({ ...counterFor('5'), method: 'CHEQUE', chequeNumber: ' 12 ', chequeBank: ' 建行 ' })).toEqual({ number: '12', bank: '建行' })
  })
})
