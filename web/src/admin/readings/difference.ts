import { minus, parseDecimal, showDecimal, times } from '@/shared/decimal'

export interface Compared {
  index: string
  previousIndex?: string | null
  usage?: string | null
  meter: { device?: { multiplier: string } | null }
}

export interface Difference {
  /** What was used, if the reading is right. */
  usage: string | null
  /** Below the one before: right only if the register turned over. */
  wentBack: boolean
}

/** A reading that does not count yet has no usage; the reviewer still has to see what it would be. */
export function differenceOf({ index, previousIndex, usage, meter }: Compared): Difference {
  const now = parseDecimal(index)
  const before = parseDecimal(previousIndex ?? '')
  if (!now || !before) return { usage: usage ?? null, wentBack: false }
  const advance = minus(now, before)
  if (advance.units < 0n) return { usage: usage ?? null, wentBack: true }
  const factor = parseDecimal(meter.device?.multiplier ?? '')
  if (usage != null || !factor) return { usage: usage ?? null, wentBack: false }
  return { usage: showDecimal(times(advance, factor)), wentBack: false }
}
