export interface Refusal {
  code: string
  /** Path into the arguments: `input`, then the field. */
  field?: readonly string[] | null
  message: string
}

type Say = (code: string, message: string, detail?: string) => string

/** With the number under which the log has its cause. */
export function numbered(sentence: string, number: string): string {
  return `${sentence.replace(/。$/, '')}（编号 ${number}）。`
}

/** As the server says it, until a page speaks another language. */
let say: Say = (_code, message, detail) => (detail ? numbered(message, detail) : message)

/** Codes are stable: a page in another language says its own sentence for those it knows. */
export function sayRefusalsThrough(other: Say): void {
  say = other
}

/** What somebody reads who was refused, or whose reading a rule found something in. */
export function saying({ code, message }: { code: string; message: string }): string {
  return say(code, message)
}

function fieldOf({ field }: Refusal): string {
  return (field ?? []).slice(1).join('.')
}

/** The sentence beside a field, or null. */
export function refusalAt(refusals: readonly Refusal[], field: string): string | null {
  const found = refusals.find((refusal) => fieldOf(refusal) === field)
  return found ? saying(found) : null
}

/** The refusals that no field of the form shows. */
export function elsewhere(refusals: readonly Refusal[], fields: readonly string[]): Refusal[] {
  return refusals.filter((refusal) => !fields.includes(fieldOf(refusal)))
}

export function sentence(refusals: readonly Refusal[]): string {
  const said = refusals.map(saying)
  // Sentences of other languages end as they are written.
  if (said.some((one) => one.endsWith('.'))) return said.join(' ')
  const bare = said.map((one) => one.replace(/[。；]$/, ''))
  return bare.length > 0 ? `${bare.join('；')}。` : ''
}

/** Something that went wrong by a code, with what the log knows it by. */
interface Coded {
  code: string
  message: string
  detail?: string
}

export function faultSentence(error: unknown): string {
  if (error instanceof Error && 'code' in error) {
    const { code, message, detail } = error as Coded
    return say(code, message, detail)
  }
  return say('INTERNAL_SERVER_ERROR', error instanceof Error ? error.message : '出错了，请稍后再试。')
}
