/** Stretches of a day as people write them, one a line: `09:00-10:00`. */
export interface Span {
  from: string
  to: string
}

const SPAN = /^(\d{1,2}):(\d{2})\s*(?:-|–|—+|至|到|~)\s*(\d{1,2}):(\d{2})$/

function clock(hour: string, minute: string): string | null {
  return Number(hour) < 24 && Number(minute) < 60 ? `${hour.padStart(2, '0')}:${minute}` : null
}

/** What is written, or what of it is no stretch. Whether they overlap the server says. */
export function parseSpans(text: string): { spans: Span[]; wrong: string | null } {
  const spans: Span[] = []
  const parts = text.normalize('NFKC').split(/[,，、;；\n]+/)
  for (const part of parts.map((one) => one.trim()).filter(Boolean)) {
    const [, fromHour = '', fromMinute = '', toHour = '', toMinute = ''] = SPAN.exec(part) ?? []
    const [from, to] = [clock(fromHour, fromMinute), clock(toHour, toMinute)]
    if (!fromHour || !from || !to) return { spans: [], wrong: part }
    spans.push({ from, to })
  }
  return { spans, wrong: null }
}

export function saySpan({ from, to }: Span): string {
  return `${from}–${to}`
}

/** To be changed and given again. */
export function writeSpans(spans: readonly Span[]): string {
  return spans.map(({ from, to }) => `${from}-${to}`).join('\n')
}
