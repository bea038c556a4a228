import { sumFen } from '@/shared/money'

interface Line {
  borneByCentre?: string | null
}

/** What the centre bears of a bill (免费额度), in fen. */
export function borneOf(lines: readonly Line[]): string {
  return sumFen(lines.flatMap(({ borneByCentre }) => (borneByCentre == null ? [] : [borneByCentre])))
}

interface Share {
  occupantNo: string
  amount: string
  meters: readonly { meterNo: string; days: number; amount: string }[]
}

/** One row for each occupant and meter; the occupant's own sum stands with the first. */
export function shareRows(shares: readonly Share[]) {
  return shares.flatMap(({ occupantNo, amount, meters }) =>
    meters.map((part, at) => ({ ...part, occupantNo, rows: meters.length, sum: at === 0 ? amount : null })),
  )
}
