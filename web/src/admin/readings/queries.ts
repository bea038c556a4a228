import { graphql } from '@/gql'

export const REVIEW = graphql(`
  query ReadingReview($status: ReadingStatus, $first: Int, $after: String) {
    readingReview(status: $status, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        readingId
        meterNo
        status
        channel
        index
        readAt
        usage
        previousIndex
        previousReadAt
        photo
        note
        reason
        findings {
          rule
          severity
          message
        }
        meter {
          commodity
          building
          room
          device {
            multiplier
          }
        }
      }
    }
  }
`)

export const METER_HISTORY = graphql(`
  query MeterHistory($meterNo: String!) {
    meter(meterNo: $meterNo) {
      meterNo
      readings(first: 12) {
        nodes {
          readingId
          index
          readAt
          usage
          status
          channel
        }
      }
    }
  }
`)

export const ACCEPT = graphql(`
  mutation AcceptHeldReading($input: AcceptHeldReadingInput!) {
    acceptHeldReading(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const REJECT = graphql(`
  mutation RejectReading($input: RejectReadingInput!) {
    rejectReading(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const HELD = graphql(`
  subscription ReadingsWaiting {
    readingsHeld {
      totalCount
    }
  }
`)
