import { graphql } from '@/gql'
import type { TariffsListQuery } from '@/gql/graphql'

export const TARIFFS = graphql(`
  query TariffsList {
    tariffs {
      tariffId
      name
      commodity
      paymentDays
      tierPeriod
      basePersons
      quotaPerExtraPerson
      lateFees {
        from
        perDay
        minimum
      }
      versions {
        from
        to
        tiers {
          upTo
          price
        }
        surcharges {
          name
          price
        }
        freeAllowance {
          perMonth
          basis
          excludedMonths
        }
        minimumCharge
        timeOfUse {
          rate
          delta
        }
      }
    }
  }
`)
export type Tariff = TariffsListQuery['tariffs'][number]
export type Version = Tariff['versions'][number]
