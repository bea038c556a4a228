import type { FieldWorkStatus, RateInput } from '@/gql/graphql'

/** What somebody did before a meter, kept on the phone until the server has answered for it. */
export interface FieldItem {
  /** Made once, when the work is done: however often it is sent, it counts once. */
  itemId: string
  /** Who did it; another person's work is not sent in one's own name. */
  login: string
  doneAt: string
  meterNo: string
  /** Where the meter is, for whoever looks at the list. */
  place: string
  work: Work
  /** The picture on this phone; null where there is none. */
  picture: string | null
  /** What the server calls the picture, once it has it. */
  photo: string | null
  answer: Answer | null
}

export type Work =
  | { kind: 'reading'; index: string; roundId: string | null; note: string | null; rates?: RateInput[] }
  | { kind: 'visit'; roundId: string; reasonCode: string; note: string | null; leftNote?: string | null }
  | { kind: 'fault'; description: string }

export interface Answer {
  status: FieldWorkStatus
  /** The index that stands, where another came first. */
  existingIndex: string | null
  message: string
}

/** Done with: nothing for anybody to look at. */
export function settled({ answer }: FieldItem): boolean {
  return answer !== null && ['ACCEPTED', 'HELD', 'DUPLICATE'].includes(answer.status)
}

export const ANSWER: Record<FieldWorkStatus, string> = {
  ACCEPTED: '已入库',
  HELD: '待审核',
  DUPLICATE: '今天已有同样的读数',
  CONFLICT: '已有别的读数，待决定',
  REFUSED: '被拒绝',
  NAME_REUSED: '记录号重复，请重抄',
}
