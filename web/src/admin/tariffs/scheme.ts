import type { Commodity, DefineTariffInput, PriceChange, TierPeriod, YearCrossing } from '@/gql/graphql'
import { parseDecimal } from '@/shared/decimal'
import { typed } from '@/shared/typed'

export const TIER_PERIOD: Record<TierPeriod, string> = { YEAR: '按年累计', MONTH: '按月累计' }

export const PRICE_CHANGE: Record<PriceChange, string> = {
  PRORATE_BY_DAY: '按天数分摊到两个版本',
  BY_READING_DATE: '按抄表日的版本',
}

export const YEAR_CROSSING: Record<YearCrossing, string> = { BY_DAY: '按天数分到两年', BY_BILLING_MONTH: '按账期所在的年' }

/** A tariff as it is typed, but for its first version. */
export interface Scheme {
  tariffId: string
  name: string
  commodity: Commodity
  paymentDays: string
  tierPeriod: TierPeriod
  priceChange: PriceChange
  yearCrossing: YearCrossing
  basePersons: string
  /** What the limits grow by for each person more; empty where they do not. */
  quota: string
}

export function blankScheme(): Scheme {
  return {
    tariffId: '',
    name: '',
    commodity: 'WATER',
    paymentDays: '15',
    tierPeriod: 'YEAR',
    priceChange: 'PRORATE_BY_DAY',
    yearCrossing: 'BY_DAY',
    basePersons: '',
    quota: '',
  }
}

type Terms = Omit<DefineTariffInput, 'idempotencyKey' | 'versions'>

/** What is amiss with a scheme in words, before the server is asked; or the terms it means. */
export function termsOf(scheme: Scheme): { wrong: string } | { terms: Terms } {
  const { commodity, tierPeriod, priceChange, yearCrossing } = scheme
  const tariffId = typed(scheme.tariffId)
  const name = scheme.name.trim()
  if (!tariffId || !name) return { wrong: '请填编号和名称。' }
  const paymentDays = whole(scheme.paymentDays)
  if (!paymentDays) return { wrong: '开账后几天内缴，请写成 15 这样的整数。' }
  const quota = typed(scheme.quota)
  const grows = quota ? parseDecimal(quota) : null
  if (quota && (!grows || grows.units < 0n)) return { wrong: '每多 1 人加多少，请写成 48 这样，没有的空着。' }
  const basePersons = typed(scheme.basePersons) ? whole(scheme.basePersons) : 0
  if (basePersons === null) return { wrong: '家庭基数人口请写成 4 这样的整数，没有的空着。' }
  if (grows && grows.units > 0n && !basePersons) return { wrong: '写了每多 1 人加多少，就要写家庭基数人口。' }
  const terms = { tariffId, name, commodity, paymentDays, tierPeriod, priceChange, yearCrossing, basePersons }
  return { terms: { ...terms, quotaPerExtraPerson: quota || null } }
}

function whole(text: string): number | null {
  return /^\d{1,3}$/.test(typed(text)) ? Number(typed(text)) : null
}
