import type { RateInput, RateRegister } from '@/gql/graphql'
import { parseDecimal } from '@/shared/decimal'
import { RATES } from '@/shared/rates'
import { typed } from '@/shared/typed'

export type TypedRates = Record<RateRegister, string>

export const noRates = (): TypedRates => ({ SHARP: '', PEAK: '', FLAT: '', VALLEY: '' })

/** The registers as typed, without those left empty; null where one is no figure. */
export function ratesOf(rates: TypedRates): RateInput[] | null {
  const given = RATES.map(({ rate }) => ({ rate, index: typed(rates[rate]) })).filter(({ index }) => index)
  const figures = given.every(({ index }) => (parseDecimal(index)?.units ?? -1n) >= 0n)
  return figures ? given : null
}
