import { parseDecimal, showDecimal, times } from '@/shared/decimal'

/** A share as the server sends it, `0.953`, as people read it; nothing there is no share. */
export function percent(share: string | null | undefined): string {
  const value = share == null ? null : parseDecimal(share)
  return value ? `${showDecimal(times(value, { units: 100n, places: 0 }))}%` : '—'
}
