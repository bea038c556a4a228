const DAY_AND_TIME = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

function parts(instant: string): Record<string, string> {
  return Object.fromEntries(
    DAY_AND_TIME.formatToParts(new Date(instant)).map((part) => [part.type, part.value]),
  )
}

/** The wall clock of the campus, wherever the browser stands. */
export function showInstant(instant: string): string {
  const { year, month, day, hour, minute } = parts(instant)
  return `${year}-${month}-${day} ${hour}:${minute}`
}

export function showDay(instant: string): string {
  const { year, month, day } = parts(instant)
  return `${year}-${month}-${day}`
}

/** `2026-03` → `2026年3月`. */
export function showMonth(month: string): string {
  const [year, number = ''] = month.split('-')
  return `${year}年${Number(number)}月`
}
