import { yuan } from '@/shared/money'
import type { Tone } from '@/shared/tone'

/** What accounts came to, in a run or its preview. */
export interface RunFigures {
  month: string
  billed: number
  total: string
  nothingToBill: number
  unread: readonly string[]
  alreadyBilled: number
  prepaid: number
  billedThere: number
  refused: number
  refusals: readonly { accountNo: string; code: string; message: string }[]
}

export interface RunProgress {
  state: 'RUNNING' | 'FINISHED'
  done: number
  expected: number
}

export function isRunning(run: Pick<RunProgress, 'state'>): boolean {
  return run.state === 'RUNNING'
}

/** Of a hundred; accounts that came meanwhile do not make it more, and only the end makes it whole. */
export function percentOf(run: RunProgress): number {
  if (!isRunning(run)) return 100
  if (run.expected <= 0) return 0
  return Math.min(99, Math.floor((run.done * 100) / run.expected))
}

export function progressOf(run: RunProgress): { name: string; tone: Tone } {
  if (!isRunning(run)) return { name: '已完成', tone: 'good' }
  return { name: `进行中 ${percentOf(run)}%`, tone: 'warn' }
}

/** Which accounts a run was over. */
export function scopeOf(run: { campusId?: string | null; named: number }, campusName: (id: string) => string): string {
  if (run.named > 0) return `指定 ${run.named} 户`
  return run.campusId ? campusName(run.campusId) : '全部校区'
}

export function figuresOf(run: RunFigures, posted: boolean): { name: string; value: string }[] {
  const figures = [
    { name: posted ? '已开' : '将开', value: String(run.billed) },
    { name: '金额', value: yuan(run.total) },
    { name: '早已开过', value: String(run.alreadyBilled) },
    { name: '无用量', value: String(run.nothingToBill) },
    { name: '预收费户（不出月账）', value: String(run.prepaid) },
  ]
  if (run.billedThere > 0) figures.push({ name: '由收费系统开账', value: String(run.billedThere) })
  return [...figures, { name: '开不了', value: String(run.refused) }]
}

/** Says how many are not listed, where only the first are. */
export function restLine(listed: number, all: number): string {
  return all > listed ? `另有 ${all - listed} 户未列出` : ''
}
