import { describe, expect, it } from 'vitest'
import { IntentKey, freshKey } from '@/shared/idempotency'

describe('IntentKey', () => {
  it('stays the same for the same act until the server answers', () => {
    const intent = new IntentKey()
    const first = intent.for({ amount: '100' })
    expect(intent.for({ amount: '100' })).toBe(first)
    intent.settle()
    expect(intent.for({ amount: '100' })).not.toBe(first)
  })

  it('changes with the content, as the server refuses a key used for another body', () => {
    const intent = new IntentKey()
    expect(intent.for({ amount: '100' })).not.toBe(intent.for({ amount: '200' }))
  })

  it('is long and never repeats', () => {
    const keys = new Set(Array.from({ length: 200 }, freshKey))
    expect(keys.size).toBe(200)
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
  })
})
