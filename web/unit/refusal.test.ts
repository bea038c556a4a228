import { describe, expect, it } from 'vitest'
import { groupsFor, mayOpen } from '@/admin/places'
import type { Permission } from '@/gql/graphql'
import { elsewhere, refusalAt, sentence } from '@/shared/refusal'

const refusals = [
  { code: 'METER_INDEX_OUT_OF_RANGE', field: ['input', 'index'], message: '超出位数。' },
  { code: 'CHEQUE', field: ['input', 'cheque', 'number'], message: '支票号不对。' },
  { code: 'BUSY', field: null, message: '稍后再试。' },
]

describe('refusals', () => {
  it('stand beside the field they name', () => {
    expect(refusalAt(refusals, 'index')).toBe('超出位数。')
    expect(refusalAt(refusals, 'cheque.number')).toBe('支票号不对。')
    expect(refusalAt(refusals, 'photo')).toBeNull()
  })

  it('are never lost: those no field shows stand above the button', () => {
    expect(sentence([])).toBe('')
    expect(sentence(elsewhere(refusals, ['index']))).toBe('支票号不对；稍后再试。')
  })
})

describe('the menu', () => {
  const offered = (...rights: Permission[]) =>
    groupsFor(rights).flatMap(({ places }) => places.map(({ to }) => to))

  it('offers what the person may do, in one order', () => {
    expect(offered('TAKE_PAYMENTS', 'REVIEW_READINGS')).toEqual(['/readings', '/photos', '/cashier', '/collection-rounds', '/tariffs', '/calendar', '/health'])
    expect(offered('VIEW_AUDIT')).toContain('/audit')
    expect(offered()).toEqual(['/tariffs', '/calendar', '/health'])
  })

  it('opens the pages under a place to whom the place is open, and no others', () => {
    expect(mayOpen('/accounts/13000225', ['VIEW_ACCOUNTS'])).toBe(true)
    expect(mayOpen('/accounts/13000225', ['VIEW_METERS'])).toBe(false)
    expect(mayOpen('/accountsx', [])).toBe(true)
    expect(mayOpen('/', [])).toBe(true)
  })
})
