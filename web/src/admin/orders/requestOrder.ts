import { graphql } from '@/gql'

export const REQUEST_ORDER = graphql(`
  mutation RequestOrder($input: RequestDeviceOrderInput!) {
    requestDeviceOrder(input: $input) {
      order {
        orderId
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`)
