const DAY_AND_TIME = new Intl.DateTimeFormat('zh-CN', {
  timeZone: 'Asia/Shanghai',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
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

/** The time of day to the second, for what happens just now. */
export function showSecond(instant: string): string {
  const { hour, minute, second } = parts(instant)
  return `${hour}:${minute}:${second}`
}

/** How much of a day of the campus is over at an instant, in minutes; all of one that is past. */
export function minutesOver(day: string, instant: string): number {
  const now = showDay(instant)
  if (day !== now) return day < now ? 1440 : 0
  const { hour, minute } = parts(instant)
  return Number(hour) * 60 + Number(minute)
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

/** Today on the campus, `2026-11-28`. */
export function today(): string {
  return showDay(new Date().toISOString())
}

/** `2026-11`, on the campus. */
export function thisMonth(): string {
  return today().slice(0, 7)
}

/** So many months after a month; before it, where they are negative. */
export function monthsFrom(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const count = year * 12 + number - 1 + by
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}`
}

/** A day's first instant on the campus's clock. */
export function dayStart(day: string): string {
  return `${day}T00:00:00+08:00`
}

export function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return next.toISOString().slice(0, 10)
}
