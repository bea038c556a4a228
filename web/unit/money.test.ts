import { describe, expect, it } from 'vitest'
import { amountInWords, compareFen, editableYuan, formatFen, minusFen, parseYuan, sumFen, yuan } from '@/shared/money'

describe('formatFen', () => {
  it.each([
    ['0', '0.00'],
    ['5', '0.05'],
    ['10', '0.10'],
    ['123456', '1,234.56'],
    ['-123456', '-1,234.56'],
    ['100000000', '1,000,000.00'],
    // Beyond what a float can hold to the fen.
    ['9007199254740993', '90,071,992,547,409.93'],
  ])('%s fen reads %s', (fen, text) => expect(formatFen(fen)).toBe(text))

  it('carries the sign of the currency and drops the grouping for an input', () => {
    expect(yuan('123456')).toBe('¥1,234.56')
    expect(yuan('-100')).toBe('-¥1.00')
    expect(editableYuan('123456')).toBe('1234.56')
  })
})

describe('parseYuan', () => {
  it.each([
    ['12', '1200'],
    ['12.5', '1250'],
    ['12.05', '1205'],
    ['0.01', '1'],
    ['1,234.56', '123456'],
    ['¥ 99', '9900'],
    ['１２．５０', '1250'],
    ['007', '700'],
  ])('%s is %s fen', (text, fen) => expect(parseYuan(text)).toBe(fen))

  it.each(['', '.', '12.', '12.345', '-1', '1e3', '十元', '1 元', '1234567890123'])(
    '%s is no amount',
    (text) => expect(parseYuan(text)).toBeNull(),
  )

  it('gives back what editableYuan shows', () => {
    for (const fen of ['1', '99', '100', '123456', '99999999999999']) {
      expect(parseYuan(editableYuan(fen))).toBe(fen)
    }
  })
})

describe('sums', () => {
  it('adds, subtracts and orders exactly', () => {
    expect(sumFen([])).toBe('0')
    expect(sumFen(['10', '20', '-5'])).toBe('25')
    expect(minusFen('100', '250')).toBe('-150')
    expect(compareFen('9', '10')).toBe(-1)
    expect(compareFen('10', '10')).toBe(0)
    expect(compareFen('100', '99')).toBe(1)
  })
})

describe('amountInWords', () => {
  it.each([
    ['0', '零元整'],
    ['1', '壹分'],
    ['10', '壹角整'],
    ['105', '壹元零伍分'],
    ['150', '壹元伍角整'],
    ['1000', '壹拾元整'],
    ['10500', '壹佰零伍元整'],
    ['123456', '壹仟贰佰叁拾肆元伍角陆分'],
    ['100100', '壹仟零壹元整'],
    ['1000000', '壹万元整'],
    ['1000100', '壹万零壹元整'],
    ['1010000', '壹万零壹佰元整'],
    ['1100000', '壹万壹仟元整'],
    ['10000000000', '壹亿元整'],
    ['10000000100', '壹亿零壹元整'],
    ['10001000000', '壹亿零壹万元整'],
    ['-250', '负贰元伍角整'],
  ])('%s fen is written %s', (fen, words) => expect(amountInWords(fen)).toBe(words))
})
