import { describe, expect, it } from 'vitest'
import { differenceOf } from '@/admin/readings/difference'

const meter = { device: { multiplier: '20' } }

describe('what a held reading would mean', () => {
  it('is the advance times the multiplier', () => {
    expect(differenceOf({ index: '110.5', previousIndex: '100', meter })).toEqual({ usage: '210', wentBack: false })
  })

  it('yields to what the server says', () => {
    expect(differenceOf({ index: '110', previousIndex: '100', usage: '7', meter }).usage).toBe('7')
  })

  it('is unknown for a first reading, a removed device, and an index that went back', () => {
    expect(differenceOf({ index: '5', previousIndex: null, meter })).toEqual({ usage: null, wentBack: false })
    expect(differenceOf({ index: '5', previousIndex: '4', meter: { device: null } }).usage).toBeNull()
    expect(differenceOf({ index: '4', previousIndex: '5', meter })).toEqual({ usage: null, wentBack: true })
  })
})
