import { compare, minus, parseDecimal, powerOfTen, showDecimal, times, type Decimal } from '@/shared/decimal'

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
  unit: string
  commodity: 'WATER' | 'ELECTRICITY'
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
    return `这块表的整数最多 ${register.digits} 位，请再核对表盘。`
  }
  if (value.places > register.decimals) {
    return register.decimals === 0
      ? '这块表只抄整数，红色小数位不用填。'
      : `这块表最多抄 ${register.decimals} 位小数。`
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

const LOOK_FOR = {
  WATER: '也请看看家里有没有漏水。',
  ELECTRICITY: '也请看看有没有一直开着的电器。',
} as const

function backwards(value: Decimal, last: Decimal, facts: Situation): string {
  const { register } = facts
  if (register && register.digits !== null) {
    const turned = minus(powerOfTen(register.digits), minus(last, value))
    const usage = times(turned, parseDecimal(register.multiplier) ?? powerOfTen(0))
    const days = daysSince(facts.last?.readAt ?? '', facts.now)
    const known = total(facts.usualMonths).count > 0n
    if (known && !isHigh(usage, days, facts.usualMonths)) {
      return '比上次小：表盘像是走满一圈又从 0 开始了。核对无误就可以提交，工作人员会确认。'
    }
  }
  return `比上次的 ${showDecimal(last)} 还小。请再看一眼表盘；确实如此也可以提交，会由工作人员审核。`
}

/** What to tell the person while the form is still open; the server decides by its own rules. */
export function judge(text: string, facts: Situation): Verdict {
  const index = normaliseIndex(text)
  if (index === '') return { kind: 'empty' }
  const value = parseDecimal(index)
  if (!value || value.units < 0n) return { kind: 'wrong', message: '请填表盘上的数字，如 1234。' }
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
    const often = usual(days, facts.usualMonths)
    const message =
      `比平时多很多：${days} 天用了 ${showDecimal(usage)} ${facts.unit}，` +
      `往常约 ${often} ${facts.unit}。请再核对表盘，${LOOK_FOR[facts.commodity]}`
    return { kind: 'odd', message, index: plain }
  }
  return { kind: 'plain', usage: showDecimal(usage), index: plain }
}
