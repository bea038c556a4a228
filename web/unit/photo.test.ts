import { describe, expect, it } from 'vitest'
import { shrinkPlan } from '@/shared/photo'

const small = { type: 'image/jpeg', bytes: 300_000, width: 1600, height: 1200 }

describe('shrinkPlan', () => {
  it('keeps a JPEG or PNG that is small already', () => {
    expect(shrinkPlan(small)).toEqual({ kind: 'keep' })
    expect(shrinkPlan({ ...small, type: 'image/png' })).toEqual({ kind: 'keep' })
  })

  it('scales the longest side down and keeps the proportions', () => {
    expect(shrinkPlan({ ...small, width: 4032, height: 3024 })).toEqual({ kind: 'encode', width: 1600, height: 1200 })
    expect(shrinkPlan({ ...small, width: 3024, height: 4032 })).toEqual({ kind: 'encode', width: 1200, height: 1600 })
    expect(shrinkPlan({ ...small, width: 9000, height: 2 })).toEqual({ kind: 'encode', width: 1600, height: 1 })
  })

  it('encodes anew what is too heavy or of a kind the server does not take', () => {
    expect(shrinkPlan({ ...small, bytes: 5_000_000 })).toEqual({ kind: 'encode', width: 1600, height: 1200 })
    expect(shrinkPlan({ ...small, type: 'image/heic' })).toEqual({ kind: 'encode', width: 1600, height: 1200 })
    expect(shrinkPlan({ ...small, type: '', width: 10, height: 20 })).toEqual({ kind: 'encode', width: 10, height: 20 })
  })
})
