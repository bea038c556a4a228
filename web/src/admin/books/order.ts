/** The list with the one at `from` moved to `to`; as it was, where that is no place. */
export function moved<One>(list: readonly One[], from: number, to: number): One[] {
  const result = [...list]
  if (to < 0 || to >= list.length) return result
  const [one] = result.splice(from, 1)
  if (one !== undefined) result.splice(to, 0, one)
  return result
}

/** Whether both hold the same meters, in whatever order. */
export function sameMeters(these: readonly string[], those: readonly string[]): boolean {
  return these.length === those.length && these.every((one) => those.includes(one))
}
