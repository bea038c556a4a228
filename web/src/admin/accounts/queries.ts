import { graphql } from '@/gql'

export const ACCOUNT = graphql(`
  query AccountFile($accountNo: String!) {
    account(accountNo: $accountNo) {
      accountNo
      class
      campus
      holder
      phone
      address
      householdPersons
      openAmount
      credit
      deposit
      certificateNo
      clearedOn
      movedOut {
        on
        billNo
        due
        closings {
          meterNo
          index
        }
      }
      occupants {
        occupantNo
        from
        to
      }
      dunningPaused
      prepaid {
        scheme
        since
        reason
        balance
        alarmBelow
        graceCredit
        level
        supply
        cutOffAt
      }
      meters {
        meterNo
        commodity
        building
        room
        lastReading {
          index
          readAt
        }
      }
      assignments {
        meterNo
        tariffId
        from
        releasedOn
        billedTo
      }
      notices {
        noticeNo
        billNo
        month
        amount
        openAmount
        dueOn
        overdue
      }
    }
  }
`)

export const BILL_MOMENTS = graphql(`
  query BillMoments($accountNo: String!, $after: String) {
    account(accountNo: $accountNo) {
      bills(first: 12, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          billNo
          month
          issuedOn
          total
          openAmount
        }
      }
    }
  }
`)

export const PAYMENT_MOMENTS = graphql(`
  query PaymentMoments($accountNo: String!, $after: String) {
    account(accountNo: $accountNo) {
      payments(first: 12, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          paymentId
          paidAt
          method
          takenBy
          amount
          reversedAt
          receiptNo
        }
      }
    }
  }
`)

export const READING_MOMENTS = graphql(`
  query ReadingMoments($meterNo: String!, $after: String) {
    meter(meterNo: $meterNo) {
      readings(first: 12, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          readingId
          readAt
          index
          usage
          status
          channel
        }
      }
    }
  }
`)
