import { graphql } from '@/gql'
import type { ComparableAccountsQueryVariables, ParallelRunQuery } from '@/gql/graphql'
import { numbersOf } from '@/shared/numbersOf'
import { request } from '@/shared/gqlFetch'
import { given } from '../ui/filters'
import { joined, type Run } from './parallel'

graphql(`
  fragment ComparedLines on ComparedSide {
    billNo
    total
    lines {
      meterNo
      commodity
      component
      tier
      quantity
      unit
      price
      amount
    }
  }
`)
const PARALLEL_RUN = graphql(`
  query ParallelRun($month: YearMonth!, $accountNos: [String!]) {
    parallelRun(month: $month, accountNos: $accountNos) {
      run {
        month
        accounts
        agreed
        differing
        here
        there
        difference
        differences {
          accountNo
          kind
          difference
          here {
            ...ComparedLines
          }
          there {
            ...ComparedLines
          }
          refusal
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
const ACCOUNTS = graphql(`
  query ComparableAccounts($campus: String, $after: String) {
    accounts(campus: $campus, first: 100, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        accountNo
      }
    }
  }
`)
/** So many accounts are billed for a try at a time: a request for all of them would not be waited for. */
const AT_A_TIME = 100

export interface Scope {
  month: string
  campus: string
  accounts: string
}

export interface Comparison {
  /** Null where it was refused. */
  run: Run | null
  userErrors: ParallelRunQuery['parallelRun']['userErrors']
  at: string
}

interface Portion {
  accountNos: string[]
  total: number
}

async function* named(accountNos: readonly string[]): AsyncGenerator<Portion> {
  for (let at = 0; at < accountNos.length; at += AT_A_TIME) {
    yield { accountNos: accountNos.slice(at, at + AT_A_TIME), total: accountNos.length }
  }
}

async function* ofCampus(campus: string): AsyncGenerator<Portion> {
  const variables: ComparableAccountsQueryVariables = { campus: given(campus), after: null }
  for (let more = true; more; ) {
    const { accounts } = await request(ACCOUNTS, variables)
    const accountNos = accounts.nodes.map(({ accountNo }) => accountNo)
    if (accountNos.length > 0) yield { accountNos, total: accounts.totalCount ?? 0 }
    more = accounts.pageInfo.hasNextPage
    variables.after = accounts.pageInfo.endCursor ?? null
  }
}

/** Compares a month, a portion of the accounts after another; `tell` hears how far it is. */
export async function compare(scope: Scope, signal: AbortSignal, tell: (done: number, total: number) => void): Promise<Comparison> {
  const { month, campus, accounts } = scope
  const some = numbersOf(accounts)
  const runs: Run[] = []
  let done = 0
  tell(0, some.length)
  for await (const { accountNos, total } of some.length > 0 ? named(some) : ofCampus(campus)) {
    signal.throwIfAborted()
    tell(done, total)
    const { run, userErrors } = (await request(PARALLEL_RUN, { month, accountNos })).parallelRun
    const at = new Date().toISOString()
    if (!run) return { run: null, userErrors, at }
    runs.push(run)
    done += accountNos.length
  }
  return { run: joined(month, runs), userErrors: [], at: new Date().toISOString() }
}
