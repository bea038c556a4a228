import { parseYuan, type Fen } from '@/shared/money'
import type { PayrollResultInput, PayrollRowState, PayrollVerdict } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'

export const ROW_STATE: Record<PayrollRowState, string> = {
  ASKED: '等回盘',
  PAID: '已扣',
  REFUSED: '未扣',
}

export const ROW_TONE: Record<PayrollRowState, Tone> = { ASKED: 'warn', PAID: 'good', REFUSED: 'bad' }

export const PAYROLL_VERDICT: Record<PayrollVerdict, string> = {
  PAID: '入账',
  NOT_DEDUCTED: '记为未扣',
  KNOWN: '早已记过',
  REFUSED: '不能记',
}

/** How far a batch has come. */
export function progressOf(batch: { rows: number; paidRows: number; refusedRows: number }): { name: string; tone: Tone } {
  const open = batch.rows - batch.paidRows - batch.refusedRows
  if (open > 0) return { name: open === batch.rows ? '等回盘' : `还有 ${open} 行等回盘`, tone: 'warn' }
  return { name: '已全部回盘', tone: 'good' }
}

type Heading = 'batchNo' | 'accountNo' | 'deducted' | 'reason'

/** The headings of the file that went out, and what payroll offices make of them. */
const HEADINGS: Record<Heading, readonly string[]> = {
  batchNo: ['代扣批次', '批次', '批次号'],
  accountNo: ['户号', '用户号', '户编号'],
  deducted: ['实扣金额', '实扣', '扣款金额'],
  reason: ['未扣原因', '原因', '失败原因', '备注'],
}

/** A line of text cut at its separators; what stands in quotes is one cell. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = []
  let cell = ''
  let quoted = false
  for (let at = 0; at < line.length; at += 1) {
    const sign = line[at] ?? ''
    if (quoted && sign === '"' && line[at + 1] === '"') {
      cell += sign
      at += 1
    } else if (sign === '"') quoted = !quoted
    else if (sign === separator && !quoted) {
      cells.push(cell)
      cell = ''
    } else cell += sign
  }
  return [...cells, cell].map((one) => one.trim())
}

export interface Trouble {
  line: number
  why: string
}

export interface Returned {
  rows: PayrollResultInput[]
  /** Lines nobody has filled in: they say nothing yet. */
  blank: number
  troubles: Trouble[]
}

function columnsOf(head: readonly string[]): Partial<Record<Heading, number>> {
  const names = Object.entries(HEADINGS) as [Heading, readonly string[]][]
  const found = names.map(([heading, known]) => [heading, head.findIndex((one) => known.includes(one))] as const)
  return Object.fromEntries(found.filter(([, at]) => at >= 0))
}

interface Line {
  line: number
  cell: (heading: Heading) => string
}

function rowOf({ cell }: Line, batchNo: string): PayrollResultInput | string {
  const of = cell('batchNo')
  if (of && of !== batchNo) return `属于批次 ${of}，不是这一批`
  const accountNo = cell('accountNo')
  if (!accountNo) return '没有户号'
  const deducted: Fen | null = parseYuan(cell('deducted'))
  if (deducted === null) return `实扣金额“${cell('deducted')}”不是金额`
  return { accountNo, deducted, reason: cell('reason') || null }
}

/** What the payroll office sent back: the file that went out, with its two columns filled in. */
export function readReturned(text: string, batchNo: string): Returned {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((content, at) => ({ content, line: at + 1 }))
    .filter(({ content }) => content.trim() !== '')
  const [first, ...rest] = lines
  const nothing = (why: string): Returned => ({ rows: [], blank: 0, troubles: [{ line: first?.line ?? 1, why }] })
  if (!first) return nothing('没有内容')
  const separator = first.content.includes('\t') ? '\t' : ','
  const columns = columnsOf(cellsOf(first.content, separator))
  if (columns.accountNo === undefined || columns.deducted === undefined) {
    return nothing('第一行应是列名，至少有“户号”和“实扣金额”')
  }
  const returned: Returned = { rows: [], blank: 0, troubles: [] }
  for (const { content, line } of rest) {
    const cells = cellsOf(content, separator)
    const cell = (heading: Heading) => cells[columns[heading] ?? -1] ?? ''
    if (cell('deducted') === '') {
      returned.blank += 1
      continue
    }
    const row = rowOf({ line, cell }, batchNo)
    if (typeof row === 'string') returned.troubles.push({ line, why: row })
    else if (returned.rows.some(({ accountNo }) => accountNo === row.accountNo)) {
      returned.troubles.push({ line, why: `户号 ${row.accountNo} 前面已有一行` })
    } else returned.rows.push(row)
  }
  return returned
}

/** Files of offices are in UTF-8 or GBK. */
export function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}

/** So many rows the server takes at a time. */
export const ROWS_AT_ONCE = 100

export function portionsOf<Row>(rows: readonly Row[]): Row[][] {
  const count = Math.ceil(rows.length / ROWS_AT_ONCE)
  return Array.from({ length: count }, (_, at) => rows.slice(at * ROWS_AT_ONCE, (at + 1) * ROWS_AT_ONCE))
}
