import type { Bar } from '@/shared/bars'
import { parseDecimal, plus, showDecimal } from '@/shared/decimal'

export interface DayOf {
  stepMinutes: number
  moved: readonly (string | null | undefined)[]
}

function clock(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

/** The intervals of a day as bars; one that is unknown stays a gap. Those that are to come are none. */
export function barsOf({ stepMinutes, moved }: DayOf): Bar[] {
  return moved.map((value, at) => ({ label: clock(at * stepMinutes), value: value ?? null }))
}

export interface DaySum {
  known: number
  /** Unknown before the last that is known: those after it may still come. */
  gaps: number
  total: string
}

export function sumOf({ moved }: DayOf): DaySum {
  let known = 0
  let past = 0
  let total = { units: 0n, places: 0 }
  for (const [at, value] of moved.entries()) {
    const amount = value == null ? null : parseDecimal(value)
    if (!amount) continue
    known += 1
    past = at + 1
    total = plus(total, amount)
  }
  // Before the first nothing was asked yet, or nothing was heard: both are unknown.
  return { known, gaps: past - known, total: showDecimal(total) }
}

export function sayDay(day: DayOf, unit: string): string {
  const { known, gaps, total } = sumOf(day)
  if (known === 0) return '这一天还没有间隔数据'
  return `${known} 个间隔共 ${total} ${unit}${gaps ? `，缺 ${gaps} 个` : '，没有缺的'}`
}
