import { graphql } from '@/gql'
import '@/shared/photoCheck/words'

/** What is shown of a reading that somebody decides on. */
export const READING_REVIEWED = graphql(`
  fragment ReadingReviewed on Reading {
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
    photoCheck {
      ...PhotoCheckShown
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
`)

export const REVIEW = graphql(`
  query ReadingReview($status: ReadingStatus, $first: Int, $after: String) {
    readingReview(status: $status, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        ...ReadingReviewed
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
