import type { BalanceLevel, SupplyState } from '@/gql/graphql'
import { minusFen, type Fen } from '@/shared/money'
import { BALANCE_LEVEL, SUPPLY } from '@/shared/prepaidWords'
import type { Tone } from '@/shared/tone'
import { words } from '../words'
import { instant, yuan } from '../words/format'

export interface Prepaid {
  balance: Fen
  alarmBelow?: Fen | null
  graceCredit?: Fen | null
  level: BalanceLevel
  supply: SupplyState
  cutOffAt?: string | null
}

function ofSupply({ supply, cutOffAt }: Prepaid): string {
  const said = words.value.prepaid
  switch (supply) {
    case 'ON':
      return ''
    case 'CUT_OFF_PLANNED':
      return cutOffAt ? said.planned(instant(cutOffAt)) : said.plannedSometime
    case 'CUT_OFF_ORDERED':
      return said.ordered
    case 'CUT_OFF':
      return said.cutOff
    case 'RESTORATION_ORDERED':
      return said.restoring
  }
}

function ofBalance({ balance, level, graceCredit }: Prepaid): string {
  const said = words.value.prepaid
  switch (level) {
    case 'AMPLE':
      return ''
    case 'LOW':
      return said.low
    case 'GRACE':
      return said.grace(yuan(minusFen(graceCredit ?? '0', minusFen('0', balance))))
    case 'EXHAUSTED':
      return said.exhausted
  }
}

/** In plain words how a prepaid account stands and what is to be done; nothing while all is well. */
export function standing(prepaid: Prepaid): { tone: Tone; text: string } {
  const tone = prepaid.supply === 'ON' ? BALANCE_LEVEL[prepaid.level].tone : SUPPLY[prepaid.supply].tone
  // Once it is cut off or paid again, how low it once was is no longer the point.
  const over = prepaid.supply === 'CUT_OFF' || prepaid.supply === 'RESTORATION_ORDERED'
  return { tone, text: (over ? '' : ofBalance(prepaid)) + ofSupply(prepaid) }
}
