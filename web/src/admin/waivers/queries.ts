import { graphql } from '@/gql'

export const REQUEST_WAIVER = graphql(`
  mutation RequestWaiver($input: RequestWaiverInput!) {
    requestWaiver(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const APPROVE_WAIVER = graphql(`
  mutation ApproveWaiver($input: ApproveWaiverInput!) {
    approveWaiver(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const REJECT_WAIVER = graphql(`
  mutation RejectWaiver($input: RejectWaiverInput!) {
    rejectWaiver(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const REVERSE_WAIVER = graphql(`
  mutation ReverseWaiver($input: ReverseWaiverInput!) {
    reverseWaiver(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
