import { expect, test } from 'vitest'
import { standing, type Prepaid } from '@/m/pay/standing'

const ample: Prepaid = { balance: '20000', alarmBelow: '5000', graceCredit: '3000', level: 'AMPLE', supply: 'ON' }

test('r23: while all is well nothing is said', () => {
  expect(standing(ample)).toEqual({ tone: 'good', text: '' })
})

test('r23: a low balance asks for a top-up', () => {
  expect(standing({ ...ample, balance: '4000', level: 'LOW' })).toEqual({ tone: 'warn', text: '余额不多了，请尽快充值。' })
})

test('r23: in the grace credit it says how much of it is left', () => {
  expect(standing({ ...ample, balance: '-1250', level: 'GRACE' }).text).toContain('再用 ¥17.50 就会停水停电')
})

test('r23: a planned cut-off says until when a top-up calls it off', () => {
  const planned = standing({ ...ample, balance: '-3500', level: 'EXHAUSTED', supply: 'CUT_OFF_PLANNED', cutOffAt: '2026-11-30T01:00:00Z' })
  expect(planned).toEqual({ tone: 'warn', text: '欠费已超过可透支的金额。在 2026-11-30 09:00 之前充值就不会停水停电。' })
})

test('r23: what is cut off, and what is paid again, is said so', () => {
  expect(standing({ ...ample, level: 'EXHAUSTED', supply: 'CUT_OFF' })).toEqual({ tone: 'bad', text: '已经停水停电，补足欠费后会安排恢复。' })
  expect(standing({ ...ample, level: 'AMPLE', supply: 'RESTORATION_ORDERED' }).text).toBe('已经补足，正在安排恢复供应。')
})
