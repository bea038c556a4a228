import type { RateRegister } from '@/gql/graphql'

/** 尖峰平谷, in the order meters list them. */
export const RATES: readonly { rate: RateRegister; name: string }[] = [
  { rate: 'SHARP', name: '尖' },
  { rate: 'PEAK', name: '峰' },
  { rate: 'FLAT', name: '平' },
  { rate: 'VALLEY', name: '谷' },
]

export const rateName = (rate: RateRegister): string => RATES.find((one) => one.rate === rate)?.name ?? rate
