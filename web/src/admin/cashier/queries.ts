import { graphql } from '@/gql'

export const FIND_ACCOUNTS = graphql(`
  query FindAccounts($search: String!) {
    accounts(search: $search, first: 8) {
      pageInfo {
        hasNextPage
      }
      nodes {
        accountNo
        holder
        address
        openAmount
      }
    }
  }
`)

export const COUNTER_ACCOUNT = graphql(`
  query CounterAccount($accountNo: String!) {
    account(accountNo: $accountNo) {
      accountNo
      holder
      address
      openAmount
      credit
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

export const RECORD_PAYMENT = graphql(`
  mutation RecordPayment($input: RecordPaymentInput!) {
    recordPayment(input: $input) {
      payment {
        paymentId
        amount
        method
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const RECORD_DEPOSIT = graphql(`
  mutation RecordDeposit($input: RecordDepositInput!) {
    recordDeposit(input: $input) {
      payment {
        paymentId
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const ISSUE_RECEIPT = graphql(`
  mutation IssueReceipt($input: IssueReceiptInput!) {
    issueReceipt(input: $input) {
      receipt {
        receiptNo
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const RECEIPT = graphql(`
  query ReceiptToPrint($receiptNo: String!) {
    receipt(receiptNo: $receiptNo) {
      receiptNo
      campus
      total
      issuedAt
      issuedBy
      copies
      voided
      items {
        accountNo
        part
        amount
      }
      payment {
        paymentId
        method
        allocations {
          accountNo
          month
        }
      }
    }
  }
`)

export const REPRINT_RECEIPT = graphql(`
  mutation ReprintReceipt($input: ReprintReceiptInput!) {
    reprintReceipt(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
