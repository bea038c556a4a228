export interface Refusal {
  code: string
  /** Path into the arguments: `input`, then the field. */
  field?: readonly string[] | null
  message: string
}

function fieldOf({ field }: Refusal): string {
  return (field ?? []).slice(1).join('.')
}

/** The sentence beside a field, or null. */
export function refusalAt(refusals: readonly Refusal[], field: string): string | null {
  return refusals.find((refusal) => fieldOf(refusal) === field)?.message ?? null
}

/** The refusals that no field of the form shows. */
export function elsewhere(refusals: readonly Refusal[], fields: readonly string[]): Refusal[] {
  return refusals.filter((refusal) => !fields.includes(fieldOf(refusal)))
}

export function sentence(refusals: readonly Refusal[]): string {
  const bare = refusals.map((refusal) => refusal.message.replace(/[。；]$/, ''))
  return bare.length > 0 ? `${bare.join('；')}。` : ''
}

export function faultSentence(error: unknown): string {
  return error instanceof Error ? error.message : '出错了，请稍后再试。'
}
