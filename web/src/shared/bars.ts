export interface Bar {
  label: string
  /** A decimal, as the server sends it; null: nothing is known. */
  value: string | null
}

/** Shares of the highest bar, from 0 to 1. A length on a screen may be a float; a figure may not. */
export function heights(bars: readonly Bar[]): number[] {
  const lengths = bars.map(({ value }) => Math.max(0, Number(value ?? 0)))
  const highest = Math.max(0, ...lengths)
  return lengths.map((length) => (highest === 0 ? 0 : length / highest))
}
