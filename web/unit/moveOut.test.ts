import { describe, expect, test } from 'vitest'
import { chargesOf, saySettlement, stageOf, unreadOn } from '@/admin/accounts/moveOut'
import { heldBy, moveOf } from '@/admin/deposits/words'

describe('r95: a holder on the way out', () => {
  test('lives there, is settled, or is cleared', () => {
    expect(stageOf({ movedOut: null, certificateNo: null })).toBe('LIVING')
    expect(stageOf({ movedOut: { on: '2026-11-28' } })).toBe('SETTLED')
    expect(stageOf({ movedOut: { on: '2026-11-28' }, certificateNo: 'JQ1-20261128' })).toBe('CLEARED')
  })

  test('needs a reading of the day from every meter, by the campus’s clock', () => {
    const meters = [
      { meterNo: 'W1', lastReading: { readAt: '2026-11-27T16:30:00Z' } },
      { meterNo: 'W2', lastReading: { readAt: '2026-11-27T15:30:00Z' } },
      { meterNo: 'E1', lastReading: null },
    ]
    expect(unreadOn(meters, '2026-11-28')).toEqual(['W2', 'E1'])
    expect(unreadOn(meters, '2026-11-27')).toEqual(['E1'])
  })

  test('pays other charges that are written out, and no others', () => {
    const lift = { commodity: 'WATER' as const, typed: '12.5', reason: ' 电梯分摊 ' }
    expect(chargesOf([lift])).toEqual([{ commodity: 'WATER', amount: '1250', reason: '电梯分摊' }])
    expect(chargesOf([])).toEqual([])
    for (const wrong of [{ typed: '' }, { typed: '0' }, { typed: '十元' }, { reason: ' ' }]) expect(chargesOf([{ ...lift, ...wrong }])).toBeNull()
  })

  test('is told what is left', () => {
    expect(saySettlement({ due: '12345', openAmount: '345', credit: '0' })).toBe('已结算：应缴 ¥123.45，抵扣后还要缴 ¥3.45')
    expect(saySettlement({ due: '12345', openAmount: '0', credit: '7655', refundId: 'r1' })).toBe(
      '已结算：应缴 ¥123.45，抵扣后应退 ¥76.55，退款待他人批准',
    )
  })
})

describe('r96: deposits', () => {
  test('held are those taken without those given back', () => {
    const balances = [
      { account: 'CASH', debit: '500', credit: '0' },
      { account: 'DEPOSIT', debit: '20000', credit: '50000' },
    ]
    expect(heldBy(balances)).toBe('30000')
    expect(heldBy([])).toBe('0')
  })

  test('move for a reason that is said, or is named as the log has it', () => {
    expect(moveOf('account.deposit_taken')).toBe('收押金')
    expect(moveOf('account.other')).toBe('account.other')
  })
})
