import { describe, expect, test } from 'vitest'
import { EMPTY, formOf, inputOf, saySchedule, stepsWith } from '@/admin/connectors/settings'
import { stateOf } from '@/admin/connectors/words'

describe('r17: a connector', () => {
  test('goes from its settings to the form and back', () => {
    const shown = {
      name: '能耗平台',
      kind: 'WEB' as const,
      url: 'https://a/b?d={date}',
      folder: null,
      profileId: 'NH',
      everyMinutes: 1440,
      offsetMinutes: 390,
    }
    expect(formOf(shown).firstAt).toBe('06:30')
    expect(inputOf(formOf(shown))).toEqual(shown)
    const folder = { ...shown, kind: 'FOLDER' as const, url: null, folder: 'power', everyMinutes: 60, offsetMinutes: 10 }
    expect(inputOf(formOf(folder))).toEqual(folder)
  })

  test('that runs hourly from half past six runs at half past every hour', () => {
    const form = { ...EMPTY, everyMinutes: 60, firstAt: '06:30' }
    expect(inputOf(form).offsetMinutes).toBe(30)
    expect(saySchedule(60, 30)).toBe('每小时一次，00:30 起')
    expect(saySchedule(1440, 390)).toBe('每天 06:30')
  })

  test('keeps the step it has as a choice; every choice divides a day', () => {
    expect(stepsWith(45)).toContain(45)
    for (const step of stepsWith(15)) expect(1440 % step).toBe(0)
  })

  test('is stopped, at work, in trouble, well or fresh', () => {
    const well = { running: false, failures: 0, lastRunAt: '2026-11-28T01:00:00Z' }
    expect(stateOf(well).name).toBe('正常')
    expect(stateOf({ ...well, failures: 3 })).toEqual({ name: '连续失败 3 次', tone: 'bad' })
    expect(stateOf({ ...well, running: true }).tone).toBe('warn')
    expect(stateOf({ ...well, pausedFor: '升级', failures: 3 }).name).toBe('已停用')
    expect(stateOf({ running: false, failures: 0 }).name).toBe('还没取过')
  })
})
