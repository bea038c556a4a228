import type { Tone } from '@/shared/tone'

export interface Column<Row> {
  name: string
  text: (row: Row) => string
  /** Figures line up on the right. */
  figure?: boolean
  /** Makes the text a way to another page. */
  to?: (row: Row) => string | null
  /** Makes the text a state. */
  tone?: (row: Row) => Tone
}
