/** What somebody may do next with one of a list. */
export interface Step {
  /** On its button. */
  name: string
  /** What it is done to, so that the buttons of many rows can be told apart: `10001 的退款`. */
  of: string
  /** What has to be written first; without it one click does. */
  asks?: string
  primary?: boolean
  danger?: boolean
  /** Whether it was done. */
  take: (written: string) => Promise<boolean>
}
