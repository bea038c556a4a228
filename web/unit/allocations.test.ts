import { describe, expect, it } from 'vitest'
import { readMembers } from '../src/admin/allocations/members'

describe('the members of an agreement', () => {
  it('are one account a line', () => {
    expect(readMembers('10001\n\n 10002 \n', false)).toEqual({
      members: [
        { accountNo: '10001', area: null },
        { accountNo: '10002', area: null },
      ],
      wrong: [],
    })
  })

  it('have an area behind them where that is asked for, as sheets write it', () => {
    const read = readMembers('10001\t80.5\n10002，６０\n10003', true)
    expect(read.members).toEqual([
      { accountNo: '10001', area: '80.5' },
      { accountNo: '10002', area: '60' },
    ])
    expect(read.wrong).toEqual(['10003'])
  })

  it('are each there once', () => {
    expect(readMembers('10001\n10001', false).wrong).toEqual(['10001'])
    expect(readMembers('10001 80', false).wrong).toEqual(['10001 80'])
  })
})
