import { graphql } from '@/gql'
import type { UnreadListQuery } from '@/gql/graphql'
import { COMMODITY } from '@/shared/words'
import type { Column } from '../ui/columns'
import { UNREAD_REASON } from '../words'

export const UNREAD = graphql(`
  query UnreadList(
    $roundId: String
    $book: String
    $campus: String
    $building: String
    $reader: String
    $month: YearMonth
    $reason: UnreadReason
    $sort: UnreadSort
    $after: String
  ) {
    unreadMeters(
      roundId: $roundId
      book: $book
      campus: $campus
      building: $building
      reader: $reader
      month: $month
      reason: $reason
      sort: $sort
      first: 20
      after: $after
    ) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        roundId
        book
        campus
        dueOn
        reader
        meterNo
        building
        room
        position
        reason
        reasonLabel
        note
        leftNote
        visits
        meter {
          commodity
          lastReading {
            index
          }
        }
      }
    }
  }
`)
export type Unread = UnreadListQuery['unreadMeters']['nodes'][number]

export const UNREAD_COLUMNS: Column<Unread>[] = [
  { name: '表号', orderBy: 'METER_NO', text: (one) => one.meterNo, to: (one) => `/meters/${one.meterNo}` },
  { name: '种类', text: (one) => (one.meter ? COMMODITY[one.meter.commodity].meter : '—') },
  { name: '位置', orderBy: 'PLACE', text: (one) => `${one.building} ${one.room}` },
  { name: '轮次', orderBy: 'WALK', text: (one) => one.roundId, to: (one) => `/rounds/${one.roundId}` },
  { name: '抄表员', orderBy: 'READER', text: (one) => one.reader ?? '—' },
  { name: '上次读数', text: (one) => one.meter?.lastReading?.index ?? '—', figure: true },
  { name: '应完成', orderBy: 'DUE_ON', text: (one) => one.dueOn },
  { name: '到访', orderBy: 'VISITS', text: (one) => `${one.visits} 次`, figure: true },
  { name: '原因', orderBy: 'REASON', text: (one) => one.reasonLabel ?? (one.reason ? UNREAD_REASON[one.reason] : '—') },
  { name: '备注', text: (one) => one.note ?? '—' },
  { name: '联系便条', text: (one) => one.leftNote ?? '—' },
]
