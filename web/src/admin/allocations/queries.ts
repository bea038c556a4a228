import { graphql } from '@/gql'
import type { AllocationKey, AllocationSource, SharedAllocationsQuery } from '@/gql/graphql'

graphql(`
  fragment SharedMonth on SharedMonth {
    month
    from
    to
    usage
    beyondLimit
    amount
    shares {
      accountNo
      billNo
      quantity
      amount
    }
  }
`)
export const ALLOCATIONS = graphql(`
  query SharedAllocations($meterNo: String, $after: String) {
    sharedAllocations(meterNo: $meterNo, first: 20, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        meterNo
        commodity
        tariffId
        from
        endedOn
        source
        key
        members {
          accountNo
          area
        }
        postings {
          content {
            ...SharedMonth
          }
          postedAt
          cancelledOn
          cancelReason
        }
      }
    }
  }
`)
export type Agreement = SharedAllocationsQuery['sharedAllocations']['nodes'][number]
export type Posting = Agreement['postings'][number]

export const ALLOCATION_KEY: Record<AllocationKey, string> = {
  EQUAL: '按户均摊',
  AREA: '按面积',
  PERSONS: '按人数',
  USAGE: '按用量',
}

export const ALLOCATION_SOURCE: Record<AllocationSource, string> = {
  USAGE: '公共用量',
  LOSS: '损耗（限内）',
}

/** The last month that is charged: the one that may be taken back. */
export function lastPosted(agreement: Agreement): Posting | undefined {
  return agreement.postings.find((posting) => !posting.cancelledOn)
}
