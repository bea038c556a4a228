import { expect, test } from 'vitest'
import { meterNumber } from '@/m/staff/scan'
import { byBuilding, eachOnce, nextTask, type Task } from '@/m/staff/tasks'

test('a scanned or typed code is the number it means', () => {
  expect(meterNumber(' w1000449 ')).toBe('W1000449')
  expect(meterNumber('CODE_128,W1000449')).toBe('W1000449')
  expect(meterNumber('Ｗ１０００４４９')).toBe('W1000449')
  expect(meterNumber('1Z-0 01')).toBe('1Z-001')
  expect(meterNumber('  ')).toBe('')
})

test('a walk is shown by buildings, in its own order', () => {
  const task = (building: string, meterNo: string) => ({ building, meterNo }) as Task
  const walk = byBuilding([task('甲', '1'), task('甲', '2'), task('乙', '3'), task('甲', '4')])
  expect(walk.map(({ name, tasks }) => [name, tasks.length])).toEqual([
    ['甲', 2],
    ['乙', 1],
    ['甲', 1],
  ])
})

test('a meter of two walks is read once', () => {
  const task = (meterNo: string, roundId: string) => ({ meterNo, roundId }) as Task
  const walk = eachOnce([task('1', 'a'), task('2', 'a'), task('1', 'b')])
  expect(walk.map(({ meterNo, roundId }) => meterNo + roundId)).toEqual(['1a', '2a'])
})

test('r99: after a meter comes the next one of the walk that is not done, at its end what was left before', () => {
  const walk = ['1', '2', '3', '4'].map((meterNo) => ({ meterNo }) as Task)
  const next = (meterNo: string, ...done: string[]) => nextTask(walk, meterNo, new Set(done))?.meterNo ?? null
  expect(next('2')).toBe('3')
  expect(next('2', '2', '3')).toBe('4')
  expect(next('4', '2', '4')).toBe('1')
  expect(next('3', '1', '2', '3', '4')).toBeNull()
  expect(next('elsewhere')).toBeNull()
})
