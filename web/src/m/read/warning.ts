import type { Commodity } from '@/gql/graphql'
import { compare, minus, parseDecimal, powerOfTen, showDecimal, times, type Decimal } from '@/shared/decimal'
import { words } from '../words'
import { quantity } from '../words/format'

/** The register whose wheels the person is looking at. */
export interface Register {
  /** Null where nobody has noted them. */
  digits: number | null
  decimals: number
  multiplier: string
}

export interface LastIndex {
  index: string
  readAt: string
}

export interface Situation {
  register: Register | null
  last: LastIndex | null
  /** Earlier months' usage of this meter, newest or oldest first alike. */
  usualMonths: readonly string[]
  now: Date
  commodity: Commodity
}

export type Verdict =
  | { kind: 'empty' }
  /** Cannot be what the dial shows: not sent. */
  | { kind: 'wrong'; message: string }
  /** Can be sent; the person is asked to look again first. */
  | { kind: 'odd'; message: string; index: string }
  | { kind: 'plain'; usage: string | null; index: string }

const HIGH_FACTOR = 2n
const DAYS_OF_A_MONTH = 30n
const DAY_MS = 86_400_000

/** Full-width digits, a Chinese full stop for the point, and spaces are what phones produce. */
export function normaliseIndex(text: string): string {
  return text.normalize('NFKC').replaceAll('。', '.').replace(/\s/g, '')
}

function daysSince(readAt: string, now: Date): bigint {
  const days = Math.floor((now.getTime() - new Date(readAt).getTime()) / DAY_MS)
  return BigInt(Math.max(1, days))
}

function misfit(value: Decimal, register: Register): string | null {
  if (register.digits !== null && compare(value, powerOfTen(register.digits)) >= 0) {
    return words.value.warning.tooLong(register.digits)
  }
  if (value.places > register.decimals) {
    const { noDecimals, tooPrecise } = words.value.warning
    return register.decimals === 0 ? noDecimals : tooPrecise(register.decimals)
  }
  return null
}

function total(months: readonly string[]): { sum: Decimal; count: bigint } {
  const used = months
    .map(parseDecimal)
    .filter((value): value is Decimal => value !== null && value.units > 0n)
  const zero: Decimal = { units: 0n, places: 0 }
  const sum = used.reduce((so, value) => minus(so, { ...value, units: -value.units }), zero)
  return { sum, count: BigInt(used.length) }
}

/** Usage over these days, against twice what earlier months would give for as many days. */
function isHigh(usage: Decimal, days: bigint, months: readonly string[]): boolean {
  const { sum, count } = total(months)
  if (count === 0n) return false
  const scale = (value: Decimal, by: bigint): Decimal => ({ ...value, units: value.units * by })
  return compare(scale(usage, DAYS_OF_A_MONTH * count), scale(sum, HIGH_FACTOR * days)) > 0
}

/** What these days would usually use, to one place, for the sentence only. */
function usual(days: bigint, months: readonly string[]): string {
  const { sum, count } = total(months)
  const divisor = DAYS_OF_A_MONTH * count * 10n ** BigInt(sum.places)
  return showDecimal({ units: (sum.units * days * 10n) / divisor, places: 1 })
}

function backwards(value: Decimal, last: Decimal, facts: Situation): string {
  const { register } = facts
  if (register && register.digits !== null) {
    const turned = minus(powerOfTen(register.digits), minus(last, value))
    const usage = times(turned, parseDecimal(register.multiplier) ?? powerOfTen(0))
    const days = daysSince(facts.last?.readAt ?? '', facts.now)
    const known = total(facts.usualMonths).count > 0n
    if (known && !isHigh(usage, days, facts.usualMonths)) {
      return words.value.warning.rolledOver
    }
  }
  return words.value.warning.backwards(showDecimal(last))
}

/** What to tell the person while the form is still open; the server decides by its own rules. */
export function judge(text: string, facts: Situation): Verdict {
  const index = normaliseIndex(text)
  if (index === '') return { kind: 'empty' }
  const value = parseDecimal(index)
  if (!value || value.units < 0n) return { kind: 'wrong', message: words.value.warning.notDigits }
  const problem = facts.register && misfit(value, facts.register)
  if (problem) return { kind: 'wrong', message: problem }
  const plain = showDecimal(value)
  const last = facts.last && parseDecimal(facts.last.index)
  if (!facts.last || !last) return { kind: 'plain', usage: null, index: plain }
  if (compare(value, last) < 0) {
    return { kind: 'odd', message: backwards(value, last, facts), index: plain }
  }
  const factor = parseDecimal(facts.register?.multiplier ?? '1') ?? powerOfTen(0)
  const usage = times(minus(value, last), factor)
  const days = daysSince(facts.last.readAt, facts.now)
  if (isHigh(usage, days, facts.usualMonths)) {
    const { high, lookFor } = words.value.warning
    const often = quantity(usual(days, facts.usualMonths), facts.commodity)
    const message = high(days.toString(), quantity(showDecimal(usage), facts.commodity), often) + lookFor[facts.commodity]
    return { kind: 'odd', message, index: plain }
  }
  return { kind: 'plain', usage: showDecimal(usage), index: plain }
}
