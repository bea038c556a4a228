import { describe, expect, test } from 'vitest'
import { refundSteps, type RefundStanding } from '@/admin/refunds/words'
import type { Viewer } from '@/admin/viewer'
import { waiverSteps, type WaiverStanding } from '@/admin/waivers/words'
import { courseOf } from '@/admin/words'
import type { Permission } from '@/gql/graphql'

function viewer(login: string, ...rights: Permission[]): Viewer {
  return { may: (right) => rights.includes(right), did: (actor) => actor === `staff:${login}` }
}

const cashier = viewer('cai', 'TAKE_PAYMENTS')
const finance = viewer('fang', 'REVERSE_PAYMENTS', 'RECONCILE_BANK')
const manager = viewer('ma', 'REVERSE_PAYMENTS')
const auditor = viewer('shen')

describe('r96_x13: a refund', () => {
  const asked: RefundStanding = { state: 'REQUESTED', method: 'CASH', requestedBy: 'staff:ma' }

  test('is approved by another than who asks, who may only take it back', () => {
    expect(refundSteps(asked, finance)).toEqual(['APPROVE', 'REJECT'])
    expect(refundSteps(asked, manager)).toEqual(['REJECT'])
    expect(refundSteps(asked, cashier)).toEqual([])
    expect(refundSteps(asked, auditor)).toEqual([])
  })

  test('is paid in cash by a cashier, by the bank through finance, and not by who approved it', () => {
    const cash: RefundStanding = { ...asked, state: 'APPROVED', approvedBy: 'staff:fang' }
    expect(refundSteps(cash, cashier)).toEqual(['PAY_CASH'])
    expect(refundSteps(cash, finance)).toEqual(['REJECT'])
    const bank: RefundStanding = { ...cash, method: 'BANK' }
    expect(refundSteps(bank, cashier)).toEqual([])
    expect(refundSteps(bank, finance)).toEqual(['REJECT'])
    expect(refundSteps({ ...bank, approvedBy: 'staff:ma' }, finance)).toEqual(['PAY_BANK', 'REJECT'])
  })

  test('comes back to who pays such, and then nothing more is done with it', () => {
    const paid: RefundStanding = { ...asked, state: 'PAID' }
    expect(refundSteps(paid, cashier)).toEqual(['RETURN'])
    expect(refundSteps(paid, finance)).toEqual([])
    expect(refundSteps({ ...paid, method: 'BANK' }, finance)).toEqual(['RETURN'])
    for (const state of ['REJECTED', 'RETURNED'] as const) expect(refundSteps({ ...asked, state }, finance)).toEqual([])
  })
})

describe('r96_x13: a waiver', () => {
  const asked: WaiverStanding = { state: 'REQUESTED', kind: 'LATE_FEE', requestedBy: 'staff:fang' }

  test('is approved by another than who asks', () => {
    expect(waiverSteps(asked, manager)).toEqual(['APPROVE', 'REJECT'])
    expect(waiverSteps(asked, finance)).toEqual(['REJECT'])
    expect(waiverSteps(asked, cashier)).toEqual([])
  })

  test('is taken back once approved, but not a credit note', () => {
    const approved: WaiverStanding = { ...asked, state: 'APPROVED' }
    expect(waiverSteps(approved, manager)).toEqual(['REVERSE'])
    expect(waiverSteps({ ...approved, kind: 'CREDIT_NOTE' }, manager)).toEqual([])
    expect(waiverSteps({ ...approved, state: 'REVERSED' }, manager)).toEqual([])
    expect(waiverSteps(approved, auditor)).toEqual([])
  })
})

test('r96: what was done is told step by step, as far as it was done', () => {
  const at = '2026-11-28T01:05:00Z'
  expect(courseOf(['申请', 'staff:cai', at], ['批准', null, null], ['驳回', 'staff:ma', at, '没有这笔钱'])).toBe(
    '申请 cai 2026-11-28 09:05\n驳回 ma 2026-11-28 09:05：没有这笔钱',
  )
})
