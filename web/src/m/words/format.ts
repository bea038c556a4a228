import type { Commodity } from '@/gql/graphql'
import { showDay, showInstant, showMonth } from '@/shared/when'
import { language, words } from '.'

export { yuan } from '@/shared/money'

const ON_CAMPUS = { timeZone: 'Asia/Shanghai' } as const
const DAY = { day: 'numeric', month: 'short', year: 'numeric' } as const

const english = {
  instant: new Intl.DateTimeFormat('en-GB', { ...ON_CAMPUS, ...DAY, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  day: new Intl.DateTimeFormat('en-GB', { ...ON_CAMPUS, ...DAY }),
  month: new Intl.DateTimeFormat('en-GB', { ...ON_CAMPUS, month: 'short', year: 'numeric' }),
  bar: new Intl.DateTimeFormat('en-GB', { ...ON_CAMPUS, month: 'short' }),
}

const isEnglish = () => language.value === 'en'
const noon = (day: string) => new Date(`${day}T12:00:00+08:00`)

/** When something happens, by the campus's clock. */
export function instant(at: string): string {
  return isEnglish() ? english.instant.format(new Date(at)) : showInstant(at)
}

/** The hour of it alone. */
export function hour(at: string): string {
  return showInstant(at).slice(11)
}

/** The day of an instant. */
export function dayOf(at: string): string {
  return isEnglish() ? english.day.format(new Date(at)) : showDay(at)
}

/** A day as the server says it, `2026-12-15`. */
export function day(date: string): string {
  return isEnglish() ? english.day.format(noon(date)) : date
}

/** `2026-03` */
export function month(yearMonth: string): string {
  return isEnglish() ? english.month.format(noon(`${yearMonth}-01`)) : showMonth(yearMonth)
}

/** Under a bar, where there is no room for the year. */
export function barMonth(yearMonth: string): string {
  return isEnglish() ? english.bar.format(noon(`${yearMonth}-01`)) : `${Number(yearMonth.slice(5))}月`
}

/** Water or electricity with its unit; the figure stays as exact as the server sent it. */
export function quantity(figure: string, commodity: Commodity): string {
  const { unit } = words.value.commodity[commodity]
  // An English line breaks at spaces: not between a figure and its unit.
  return `${figure}${isEnglish() ? '\u00a0' : ' '}${unit}`
}

export function list(items: readonly string[]): string {
  return items.join(isEnglish() ? ', ' : '、')
}
