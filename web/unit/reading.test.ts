import { describe, expect, it } from 'vitest'
import { judge, normaliseIndex, type Situation } from '@/m/read/warning'

const facts: Situation = {
  register: { digits: 5, decimals: 0, multiplier: '1' },
  last: { index: '100', readAt: '2026-01-01T02:00:00Z' },
  usualMonths: ['9.5', '10', '10.5', '0'],
  now: new Date('2026-01-31T02:00:00Z'),
  commodity: 'WATER',
}

describe('the index as typed', () => {
  it('is read through full-width digits, a Chinese stop and spaces', () => {
    expect(normaliseIndex(' １２３。５ ')).toBe('123.5')
    expect(judge('００１１０', facts)).toEqual({ kind: 'plain', usage: '10', index: '110' })
  })

  it('is awaited while the field is empty', () => {
    expect(judge('  ', facts)).toEqual({ kind: 'empty' })
  })

  it.each(['12a', '-5', '1.2.3', '.', '一百'])('%s is not what a dial shows', (text) => {
    expect(judge(text, facts).kind).toBe('wrong')
  })

  it('must fit the register', () => {
    expect(judge('99999', facts).kind).not.toBe('wrong')
    expect(judge('100000', facts)).toMatchObject({ kind: 'wrong', message: expect.stringContaining('5 位') })
    expect(judge('000110', facts).kind).toBe('plain')
    expect(judge('110.5', facts)).toMatchObject({ kind: 'wrong', message: expect.stringContaining('整数') })
    const twoPlaces = { ...facts, register: { digits: 5, decimals: 2, multiplier: '1' } }
    expect(judge('110.55', twoPlaces)).toEqual({ kind: 'plain', usage: '10.55', index: '110.55' })
    expect(judge('110.555', twoPlaces).kind).toBe('wrong')
  })
})

describe('the instant warning', () => {
  it('says the usage when it is plain, multiplied on the way', () => {
    const multiplied = { ...facts, register: { digits: 5, decimals: 1, multiplier: '1.5' } }
    expect(judge('110.5', multiplied)).toEqual({ kind: 'plain', usage: '15.75', index: '110.5' })
  })

  it('starts above twice the usual, and not at it', () => {
    expect(judge('120', facts).kind).toBe('plain')
    const high = judge('121', facts)
    expect(high).toMatchObject({ kind: 'odd', index: '121' })
    expect(high).toMatchObject({ message: expect.stringContaining('30 天用了 21 吨，往常约 10 吨') })
    expect(high).toMatchObject({ message: expect.stringContaining('漏水') })
  })

  it('goes by days, so a long absence is no alarm', () => {
    const later = { ...facts, now: new Date('2026-04-01T02:00:00Z') }
    expect(judge('125', later).kind).toBe('plain')
  })

  it('has nothing to compare with at first', () => {
    expect(judge('5000', { ...facts, usualMonths: [] }).kind).toBe('plain')
    expect(judge('5000', { ...facts, last: null })).toEqual({ kind: 'plain', usage: null, index: '5000' })
  })

  it('asks to look again when the index went back', () => {
    expect(judge('99', facts)).toMatchObject({ kind: 'odd', message: expect.stringContaining('比上次的 100 还小') })
  })

  it('sees a dial that turned over', () => {
    const full = { ...facts, last: { index: '99995', readAt: '2026-01-01T02:00:00Z' } }
    expect(judge('3', full)).toMatchObject({ kind: 'odd', message: expect.stringContaining('走满一圈') })
    expect(judge('5000', full)).toMatchObject({ kind: 'odd', message: expect.stringContaining('还小') })
  })
})
