import { graphql } from '@/gql'
import type { BookFileQuery } from '@/gql/graphql'

export const BOOK = graphql(`
  query BookFile($book: String!) {
    readingBook(book: $book) {
      book
      name
      campus
      cycle
      firstOn
      dueDays
      nextOn
      reader
      closedOn
      meterNos
      lastRound {
        roundId
        openedOn
        closedOn
      }
    }
  }
`)
export type Book = NonNullable<BookFileQuery['readingBook']>

export const ORDER_BOOK = graphql(`
  mutation OrderBook($input: OrderReadingBookInput!) {
    orderReadingBook(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
export const SET_METERS = graphql(`
  mutation SetBookMeters($input: SetBookMetersInput!) {
    setBookMeters(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
export const ASSIGN_READER = graphql(`
  mutation AssignReader($input: AssignBookReaderInput!) {
    assignBookReader(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
export const NAME_SUBSTITUTE = graphql(`
  mutation NameSubstitute($input: NameSubstituteReaderInput!) {
    nameSubstituteReader(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
export const SCHEDULE_BOOK = graphql(`
  mutation ScheduleBook($input: ScheduleReadingBookInput!) {
    scheduleReadingBook(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
export const START_ROUND = graphql(`
  mutation StartRound($input: StartReadingRoundInput!) {
    startReadingRound(input: $input) {
      readingBook {
        lastRound {
          roundId
        }
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`)
export const CLOSE_BOOK = graphql(`
  mutation CloseBook($input: CloseReadingBookInput!) {
    closeReadingBook(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
