import type { Bar } from '@/shared/bars'
import { parseDecimal, plus, showDecimal } from '@/shared/decimal'

export interface DayOf {
  stepMinutes: number
  moved: readonly (string | null | undefined)[]
}

function clock(minutes: number): string {
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':')
}

/** How many intervals of the day are over; of today those to come are no gaps. */
export function slotsOver({ stepMinutes, moved }: DayOf, minutesOver: number): number {
  return Math.min(moved.length, Math.max(0, Math.floor(minutesOver / stepMinutes)))
}

/** The intervals of a day as bars, by when they begin; one that is unknown stays a gap. */
export function barsOf({ stepMinutes, moved }: DayOf, slots: number): Bar[] {
  return moved.slice(0, slots).map((value, at) => ({ label: clock(at * stepMinutes), value: value ?? null }))
}

export interface DaySum {
  known: number
  gaps: number
  total: string
}

export function sumOf({ moved }: DayOf, slots: number): DaySum {
  const amounts = moved.slice(0, slots).flatMap((one) => (one == null ? [] : (parseDecimal(one) ?? [])))
  const total = amounts.reduce(plus, { units: 0n, places: 0 })
  return { known: amounts.length, gaps: Math.min(slots, moved.length) - amounts.length, total: showDecimal(total) }
}

export function sayDay(day: DayOf, slots: number, unit: string): string {
  const { known, gaps, total } = sumOf(day, slots)
  if (known === 0) return '还没有完整的间隔'
  return `${known} 个间隔共 ${total} ${unit}${gaps ? `，缺 ${gaps} 个` : '，没有缺的'}`
}
