/** A stretch of opening time, `08:00` to `12:00`. */
export interface Span {
  from: string
  to: string
}

/** What most offices keep: a form begins with it. */
export const usualHours = (): Span[] => [
  { from: '08:00', to: '12:00' },
  { from: '14:00', to: '17:30' },
]

export function showHours(spans: readonly Span[]): string {
  return spans.map(({ from, to }) => `${from}–${to}`).join('、')
}

/** What is amiss with hours in words, before the server is asked; empty where nothing is. */
export function amissWith(spans: readonly Span[]): string {
  if (!spans.length) return '至少要有一段办公时间。'
  for (const [at, { from, to }] of spans.entries()) {
    if (!from || !to) return `第 ${at + 1} 段请填开始和结束的时间。`
    if (from >= to) return `第 ${at + 1} 段的结束要晚于开始。`
    const before = spans[at - 1]
    if (before && from < before.to) return `第 ${at + 1} 段要在第 ${at} 段之后。`
  }
  return ''
}
