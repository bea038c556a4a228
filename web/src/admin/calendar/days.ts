/** Days of a year as people write them, a list or stretches: `2027-01-01，2027-02-05 至 2027-02-11`. */
const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const SPAN = /\s*(?:至|到|~|～|—+|\.\.)\s*/

function dayOf(text: string): string | null {
  const [, year, month = '', day = ''] = DAY.exec(text) ?? []
  if (!year) return null
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const known = new Date(`${written}T00:00:00Z`)
  return !Number.isNaN(known.getTime()) && known.toISOString().startsWith(written) ? written : null
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

/** No stretch of days off is longer. */
const LONGEST = 31

function stretch(from: string, to: string): string[] {
  const days = [from]
  for (let day = from; day < to && days.length <= LONGEST; ) {
    day = dayAfter(day)
    days.push(day)
  }
  return days
}

/** The days that are written, or what of it is none. */
export function parseDays(text: string): { days: string[]; wrong: string | null } {
  const parts = text
    .normalize('NFKC')
    .split(/[,，、;；\n]+/)
    .map((part) => part.trim())
    .filter(Boolean)
  const days: string[] = []
  for (const part of parts) {
    const [from = '', to = from, ...rest] = part.split(SPAN)
    const [first, last] = [dayOf(from.trim()), dayOf(to.trim())]
    const all = first && last && first <= last && rest.length === 0 ? stretch(first, last) : []
    if (all.length === 0 || all.length > LONGEST) return { days: [], wrong: part }
    days.push(...all)
  }
  return { days, wrong: null }
}

/** Days that follow one another, as stretches. */
export function runsOf(days: readonly string[]): { from: string; to: string }[] {
  const runs: { from: string; to: string }[] = []
  for (const day of [...days].sort()) {
    const last = runs.at(-1)
    if (last && dayAfter(last.to) === day) last.to = day
    else runs.push({ from: day, to: day })
  }
  return runs
}

function shortDay(day: string): string {
  const [, month, number] = day.split('-').map(Number)
  return `${month}月${number}日`
}

/** `1月1日至3日，2月5日` */
export function sayRuns(days: readonly string[]): string {
  const said = runsOf(days).map(({ from, to }) => {
    if (from === to) return shortDay(from)
    const sameMonth = from.slice(0, 7) === to.slice(0, 7)
    return `${shortDay(from)}至${sameMonth ? `${Number(to.slice(8))}日` : shortDay(to)}`
  })
  return said.join('，') || '—'
}

/** To be changed and loaded again. */
export function writeRuns(days: readonly string[]): string {
  return runsOf(days)
    .map(({ from, to }) => (from === to ? from : `${from} 至 ${to}`))
    .join('\n')
}
