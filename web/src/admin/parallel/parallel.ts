import type { BillDifference, ParallelRunQuery } from '@/gql/graphql'
import { compareFen, minusFen, sumFen, type Fen } from '@/shared/money'

export const BILL_DIFFERENCE: Record<BillDifference, string> = {
  NONE: '一致',
  MISSING_HERE: '本系统无账单',
  MISSING_THERE: '收费系统无账单',
  USAGE: '用量不符',
  PRICE: '用量相同、金额不符',
}

export type Run = NonNullable<ParallelRunQuery['parallelRun']['run']>
export type Compared = Run['differences'][number]
export type Line = NonNullable<Compared['here']>['lines'][number]

/** A meter as both bills have it. */
export interface MeterBeside {
  meterNo: string
  here: readonly Line[]
  there: readonly Line[]
  difference: Fen
}

function of(lines: readonly Line[] | undefined, meterNo: string): Line[] {
  return (lines ?? []).filter((line) => line.meterNo === meterNo)
}

const amountOf = (lines: readonly Line[]) => sumFen(lines.map(({ amount }) => amount))

/** Both bills meter by meter, those that differ most first. */
export function besides({ here, there }: Pick<Compared, 'here' | 'there'>): MeterBeside[] {
  const numbers = new Set([...(here?.lines ?? []), ...(there?.lines ?? [])].map(({ meterNo }) => meterNo))
  const rows = [...numbers].map((meterNo) => {
    const [ours, theirs] = [of(here?.lines, meterNo), of(there?.lines, meterNo)]
    return { meterNo, here: ours, there: theirs, difference: minusFen(amountOf(ours), amountOf(theirs)) }
  })
  const size = (fen: Fen) => fen.replace('-', '')
  return rows.sort((a, b) => compareFen(size(b.difference), size(a.difference)) || a.meterNo.localeCompare(b.meterNo))
}

/** What was compared in portions, as one. */
export function joined(month: string, runs: readonly Run[]): Run {
  const count = (of: 'accounts' | 'agreed' | 'differing') => runs.reduce((sum, run) => sum + run[of], 0)
  const sum = (of: 'here' | 'there' | 'difference') => sumFen(runs.map((run) => run[of]))
  return {
    month,
    accounts: count('accounts'),
    agreed: count('agreed'),
    differing: count('differing'),
    here: sum('here'),
    there: sum('there'),
    difference: sum('difference'),
    differences: runs.flatMap((run) => run.differences),
  }
}

/** How many accounts there are of every verdict. */
export function countsOf({ agreed, differences }: Pick<Run, 'agreed' | 'differences'>): { kind: BillDifference; accounts: number }[] {
  const kinds = Object.keys(BILL_DIFFERENCE) as BillDifference[]
  const listed = (kind: BillDifference) => differences.filter((one) => one.kind === kind).length
  return kinds.map((kind) => ({ kind, accounts: kind === 'NONE' ? agreed : listed(kind) }))
}

/** What the whole says, in a sentence. */
export function verdictOf({ accounts, differing, differences }: Pick<Run, 'accounts' | 'differing' | 'differences'>): string {
  if (accounts === 0) return '这个月两边都没有账单，没有可核对的户。'
  if (differences.length === accounts && differences.every(({ kind }) => kind === 'MISSING_THERE')) {
    return `收费系统这个月的账单还没有导入，${accounts} 户都无从核对。请先导入账单。`
  }
  return differing === 0
    ? `${accounts} 户全部一致，差额到分为零。`
    : `${accounts} 户中有 ${differing} 户不一致，切换开账方之前每一处都要说得清原因。`
}
