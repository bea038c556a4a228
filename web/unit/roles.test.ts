import { describe, expect, test } from 'vitest'
import { mayOpen } from '@/admin/places'
import { brokenBy, cellOf, differenceOf, rulesOf, sayDifference, sayProposal, turn, type Exclusion, type Proposal, type Role } from '@/admin/roles/matrix'
import { RIGHT, RIGHT_GROUPS } from '@/admin/roles/permissions'

const cashier: Role = {
  code: 'CASHIER',
  name: '收费员',
  permissions: ['VIEW_ACCOUNTS', 'TAKE_PAYMENTS', 'HANDLE_CASES'],
  shipped: true,
  shippedPermissions: ['VIEW_ACCOUNTS', 'VIEW_PAYMENTS', 'TAKE_PAYMENTS'],
  retired: false,
  holders: 2,
  openProposal: null,
}
const leader: Role = { ...cashier, code: 'OWN_1', name: '值班长', shipped: false, shippedPermissions: [] }

const proposal: Proposal = {
  proposalId: 'p-1',
  role: 'CASHIER',
  kind: 'CHANGED',
  name: '收费员',
  permissions: ['VIEW_ACCOUNTS', 'VIEW_PAYMENTS', 'TAKE_PAYMENTS'],
  reason: '恢复',
  proposedBy: 'staff:fang',
  proposedAt: '2026-09-24T01:00:00Z',
  state: 'OPEN',
  decidedBy: null,
  decidedAt: null,
  refusal: null,
}

describe('r86: the permission matrix', () => {
  test('has every right in exactly one group', () => {
    const grouped = RIGHT_GROUPS.flatMap(({ rights }) => rights)
    expect([...grouped].sort()).toEqual(Object.keys(RIGHT).sort())
  })

  test('marks how a shipped role differs from what was shipped, and only that', () => {
    expect(cellOf(cashier, 'TAKE_PAYMENTS')).toBe('given')
    expect(cellOf(cashier, 'HANDLE_CASES')).toBe('added')
    expect(cellOf(cashier, 'VIEW_PAYMENTS')).toBe('removed')
    expect(cellOf(cashier, 'VIEW_AUDIT')).toBe('none')
    expect(cellOf(leader, 'HANDLE_CASES')).toBe('given')
    expect(cellOf({ ...leader, retired: true }, 'HANDLE_CASES')).toBe('none')
  })

  test('says what a change does, by the work it is about', () => {
    const difference = differenceOf(cashier.permissions, ['VIEW_ACCOUNTS', 'TAKE_PAYMENTS', 'MANAGE_BULLETIN', 'VIEW_METERS'])
    expect(difference).toEqual({ more: ['VIEW_METERS', 'MANAGE_BULLETIN'], less: ['HANDLE_CASES'] })
    expect(sayDifference(difference)).toBe('加上 查看表计、发布文章通知；去掉 办理诉求')
    expect(sayProposal(proposal, cashier)).toBe('加上 查看收款；去掉 办理诉求')
    expect(sayProposal({ ...proposal, kind: 'RETIRED', permissions: null }, cashier)).toContain('停用')
    expect(sayProposal({ ...proposal, kind: 'DEFINED' }, undefined)).toBe('新设：查看户号、查看收款、收款')
    const back = sayProposal({ ...proposal, role: 'OWN_1', name: '班长' }, { ...leader, retired: true })
    expect(back).toBe('重新启用；改名为“班长”；加上 查看户号、查看收款、收款')
  })

  test('knows what must not come together before it is sent', () => {
    const rule: Exclusion = { one: 'TAKE_PAYMENTS', other: 'APPROVE_TILLS', reason: '收款与日结复核不得同岗', inPerson: false }
    const other: Exclusion = { ...rule, other: 'REVERSE_PAYMENTS' }
    expect(brokenBy([rule], ['TAKE_PAYMENTS'])).toEqual([])
    expect(brokenBy([rule], turn(['TAKE_PAYMENTS'], 'APPROVE_TILLS'))).toEqual([rule])
    expect(brokenBy([rule], turn(['TAKE_PAYMENTS', 'APPROVE_TILLS'], 'APPROVE_TILLS'))).toEqual([])
    expect(rulesOf([rule, other])).toEqual([{ reason: rule.reason, inPerson: false }])
  })

  test('opens to whoever may see who works here', () => {
    expect(mayOpen('/roles', ['VIEW_STAFF'])).toBe(true)
    expect(mayOpen('/roles', ['TAKE_PAYMENTS'])).toBe(false)
  })
})
