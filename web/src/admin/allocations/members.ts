export interface Member {
  accountNo: string
  area: string | null
}

export interface Members {
  members: Member[]
  /** Lines that are none, as they were written. */
  wrong: string[]
}

const AREA = /^\d{1,6}(\.\d{1,2})?$/

/** One account a line, with its area behind it where that is asked for; pasted from a sheet as well. */
export function readMembers(text: string, byArea: boolean): Members {
  const read: Members = { members: [], wrong: [] }
  for (const line of text.normalize('NFKC').split('\n')) {
    const words = line.split(/[\s,;]+/).filter(Boolean)
    const [accountNo, area] = words
    if (accountNo === undefined) continue
    const known = read.members.some((member) => member.accountNo === accountNo)
    const fits = byArea ? words.length === 2 && AREA.test(area ?? '') : words.length === 1
    if (known || !fits) read.wrong.push(line.trim())
    else read.members.push({ accountNo, area: byArea ? (area ?? null) : null })
  }
  return read
}
