import { graphql } from '@/gql'

export const COLLECTION_ROUND = graphql(`
  query CollectionRoundFile($roundId: String!) {
    collectionRound(roundId: $roundId) {
      roundId
      campus
      day
      cashier
      note
      state
      endedAt
      endedReason
      accounts
      visited
      paid
      unpaid
      collected
      doors {
        accountNo
        building
        room
        visits
        outcome
        promisedOn
        leftNote
        note
        visitedAt
        collected
        account {
          holder
          phone
          address
          openAmount
          notices {
            month
          }
        }
        payments {
          paymentId
          reversedAt
          receiptNo
        }
      }
    }
  }
`)

export const RECORD_VISIT = graphql(`
  mutation RecordCollectionVisit($input: RecordCollectionVisitInput!) {
    recordCollectionVisit(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
