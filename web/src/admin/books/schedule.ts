import type { ReadingCycle } from '@/gql/graphql'
import { today } from '@/shared/when'

/** When a book is walked, as it is typed. */
export interface Schedule {
  cycle: ReadingCycle
  firstOn: string
  dueDays: number
}

export const usualSchedule = (): Schedule => ({ cycle: 'MONTH', firstOn: today(), dueDays: 10 })

/** Whether its next walk may be started by hand. */
export function isDue({ nextOn, closedOn }: { nextOn: string; closedOn?: string | null }, on = today()): boolean {
  return !closedOn && nextOn <= on
}
