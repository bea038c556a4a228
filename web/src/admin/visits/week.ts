const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'] as const

/** So many days after a day; before it, where they are negative. */
export function daysFrom(day: string, by: number): string {
  const then = new Date(`${day}T00:00:00Z`)
  then.setUTCDate(then.getUTCDate() + by)
  return then.toISOString().slice(0, 10)
}

function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay()
}

/** The seven days of the week a day is in, Monday first. */
export function weekOf(day: string): string[] {
  const monday = daysFrom(day, -((weekdayOf(day) + 6) % 7))
  return Array.from({ length: 7 }, (_, by) => daysFrom(monday, by))
}

/** `12-07 周一` */
export function showWeekday(day: string): string {
  return `${day.slice(5)} ${WEEKDAYS[weekdayOf(day)]}`
}
