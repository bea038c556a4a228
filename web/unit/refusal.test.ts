import { describe, expect, it } from 'vitest'
import { placesFor } from '@/admin/places'
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
  it('offers what the person may do, in one order', () => {
    expect(placesFor(['TAKE_PAYMENTS', 'REVIEW_READINGS']).map((place) => place.to)).toEqual(['/readings', '/cashier'])
    expect(placesFor(['VIEW_AUDIT'])).toEqual([])
  })
})
