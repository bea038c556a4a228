export interface Refusal {
  code: string
  field?: string | null
  message: string
}

/** The sentence beside a field, or null. */
export function refusalAt(refusals: readonly Refusal[], field: string): string | null {
  return refusals.find((refusal) => refusal.field === field)?.message ?? null
}

export function sentence(refusals: readonly Refusal[]): string {
  return refusals.map((refusal) => refusal.message).join('；')
}

export function faultSentence(error: unknown): string {
  return error instanceof Error ? error.message : '出错了，请稍后再试。'
}
