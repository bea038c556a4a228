import { graphql } from '@/gql'
import type { SlotsOfCampusQuery } from '@/gql/graphql'
import { request } from '@/shared/gqlFetch'
import { showDay, showInstant } from '@/shared/when'
import type { Span } from './spans'

const SLOTS = graphql(`
  query SlotsOfCampus($campusId: String!, $from: Date!, $to: Date!, $after: String) {
    visitSlots(campusId: $campusId, from: $from, to: $to, first: 100, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        slotId
        from
        to
        staff
        appointmentId
      }
    }
  }
`)

export type Slot = SlotsOfCampusQuery['visitSlots']['nodes'][number]

/** All slots of some days, `to` not among them: there are as many as people can go, and no more. */
export async function slotsBetween(campusId: string, from: string, to: string): Promise<Slot[]> {
  const slots: Slot[] = []
  for (let after: string | null = null; ; ) {
    const { nodes, pageInfo }: SlotsOfCampusQuery['visitSlots'] = (
      await request(SLOTS, { campusId, from, to, after })
    ).visitSlots
    slots.push(...nodes)
    if (!pageInfo.hasNextPage || !pageInfo.endCursor) return slots
    after = pageInfo.endCursor
  }
}

/** The stretch on the clock of the campus. */
export function spanOf({ from, to }: Pick<Slot, 'from' | 'to'>): Span {
  return { from: showInstant(from).slice(11), to: showInstant(to).slice(11) }
}

/** One day of one member of staff. */
export interface Day {
  staff: string
  date: string
  slots: Slot[]
}

/** Who goes on which day, by their logins, each day's slots in order. */
export function daysOf(slots: readonly Slot[]): Day[] {
  const days = new Map<string, Day>()
  for (const slot of slots) {
    const [staff, date] = [slot.staff ?? '—', showDay(slot.from)]
    const key = `${staff} ${date}`
    const day = days.get(key) ?? { staff, date, slots: [] }
    day.slots.push(slot)
    days.set(key, day)
  }
  const ordered = [...days.values()]
  return ordered.sort((a, b) => a.staff.localeCompare(b.staff) || a.date.localeCompare(b.date))
}
