/** Decimal numbers as whole units of a power of ten: exact, unlike the browser's own numbers. */
export interface Decimal {
  readonly units: bigint
  readonly places: number
}

const SHAPE = /^(-?)(\d+)(?:\.(\d+))?$/

export function parseDecimal(text: string): Decimal | null {
  const match = SHAPE.exec(text)
  if (!match) return null
  const [, sign, whole, fraction = ''] = match
  const units = BigInt(`${whole}${fraction}`)
  return { units: sign ? -units : units, places: fraction.length }
}

function scaled(value: Decimal, places: number): bigint {
  return value.units * 10n ** BigInt(places - value.places)
}

export function compare(a: Decimal, b: Decimal): -1 | 0 | 1 {
  const places = Math.max(a.places, b.places)
  const difference = scaled(a, places) - scaled(b, places)
  if (difference === 0n) return 0
  return difference > 0n ? 1 : -1
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places)
  return { units: scaled(a, places) + scaled(b, places), places }
}

export function minus(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.places, b.places)
  return { units: scaled(a, places) - scaled(b, places), places }
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { units: a.units * b.units, places: a.places + b.places }
}

export function powerOfTen(exponent: number): Decimal {
  return { units: 10n ** BigInt(exponent), places: 0 }
}

/** Without trailing zeros: `12.50` reads `12.5`. */
export function showDecimal(value: Decimal): string {
  const negative = value.units < 0n
  const digits = (negative ? -value.units : value.units).toString().padStart(value.places + 1, '0')
  const cut = digits.length - value.places
  const fraction = digits.slice(cut).replace(/0+$/, '')
  const text = fraction ? `${digits.slice(0, cut)}.${fraction}` : digits.slice(0, cut)
  return negative ? `-${text}` : text
}
