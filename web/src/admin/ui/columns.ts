import type { Tone } from '@/shared/tone'

export interface Column<Row> {
  name: string
  text: (row: Row) => string
  /** Figures line up on the right. */
  figure?: boolean
  /** Whole sentences, over several lines where they need them; others stay on one. */
  wrap?: boolean
  /** Makes the text a way to another page. */
  to?: (row: Row) => string | null
  /** What the server calls the order by this column, where it can sort the list by it. */
  orderBy?: string
  /** Makes the text a state. */
  tone?: (row: Row) => Tone
}
