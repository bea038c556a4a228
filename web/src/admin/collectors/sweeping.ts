import type { SweepingInput } from '@/gql/graphql'

const DAY = 1440

/** What may be chosen; each divides a day. */
const STEPS = [5, 10, 15, 20, 30, 60, 120, 240, 360, 720, DAY] as const

export const RETRIES = [0, 1, 2, 3, 4, 5] as const
export const BILLING_DAYS = Array.from({ length: 28 }, (_, at) => at + 1)

/** What is set already stays a choice, whoever set it. */
export function stepsWith(current: number): readonly number[] {
  return [...new Set([...STEPS, current])].sort((one, other) => one - other)
}

export function sayEvery(minutes: number): string {
  if (minutes === DAY) return '每天一次'
  if (minutes === 60) return '每小时一次'
  return minutes % 60 === 0 ? `每 ${minutes / 60} 小时一次` : `每 ${minutes} 分钟一次`
}

export function sayBilling(day: number | null | undefined): string {
  return day == null ? '每天的第一个读数（日冻结）' : `每月 ${day} 日的第一个读数（月冻结）`
}

/** As a form holds it: a billing day of '' is every day. */
export interface SweepingForm {
  everyMinutes: number
  retries: number
  billingDay: number | ''
}

export function formOf(set: { everyMinutes: number; retries: number; billingDay?: number | null }): SweepingForm {
  const { everyMinutes, retries, billingDay } = set
  return { everyMinutes, retries, billingDay: billingDay ?? '' }
}

export function inputOf({ everyMinutes, retries, billingDay }: SweepingForm): SweepingInput {
  return { everyMinutes, retries, billingDay: billingDay === '' ? null : billingDay }
}
