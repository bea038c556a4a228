import type { BillingMaster, BillingMastersQuery } from '@/gql/graphql'
import { monthsFrom, showMonth } from '@/shared/when'
import type { Tone } from '@/shared/tone'

export const BILLING_MASTER: Record<BillingMaster, string> = {
  CHARGING_SYSTEM: '收费系统',
  HERE: '本系统',
}

type Said = Pick<BillingMastersQuery['billingMasters'][number], 'campusId' | 'from' | 'master'>

/** What holds for a campus in a month: what was said last before it; before anything was, we bill. */
export function saidFor<One extends Said>(settings: readonly One[], campusId: string, month: string): One | null {
  const before = settings.filter((one) => one.campusId === campusId && one.from <= month)
  return before.reduce<One | null>((last, one) => (last && last.from > one.from ? last : one), null)
}

export function masterOf(settings: readonly Said[], campusId: string, month: string): BillingMaster {
  return saidFor(settings, campusId, month)?.master ?? 'HERE'
}

/** Where a line of the list stands: to come, in force, or followed by another. */
export function standingOf(settings: readonly Said[], one: Said, month: string): { name: string; tone: Tone } {
  if (one.from > month) return { name: '尚未开始', tone: 'warn' }
  return saidFor(settings, one.campusId, month)?.from === one.from ? { name: '现行', tone: 'good' } : { name: '已结束', tone: 'plain' }
}

/** The first month that may still be chosen; none where a campus without bills is set up. */
export function earliestFor(settings: readonly Said[], campusId: string, month: string): string | null {
  return settings.some((one) => one.campusId === campusId) ? monthsFrom(month, 1) : null
}

export interface Wanted {
  campusId: string
  master: BillingMaster
  from: string
  lateFeesHere: boolean
}

/** What a change does, before it is made. */
export function effectsOf(settings: readonly Said[], wanted: Wanted, name: string): string[] {
  const { campusId, master, from, lateFeesHere } = wanted
  if (!campusId || !from) return []
  const before = saidFor(settings, campusId, from)
  const dropped = settings.filter((one) => one.campusId === campusId && one.from > from)
  const start = `${name}从 ${showMonth(from)}账期起由${BILLING_MASTER[master]}开账`
  const does =
    master === 'CHARGING_SYSTEM'
      ? [
          `${start}：这里不再开这些账期的账，账单用“import bills”导入后照常出通知单、收款、导出缴费。`,
          lateFeesHere ? '滞纳金按这里的费率计算。' : '滞纳金以收费系统的文件为准。',
        ]
      : [`${start}：按这里的读数和费率开账，收费系统这些账期的账单不再收。切换前请先并行核对一个月。`]
  const same = (before?.master ?? 'HERE') === master ? ['这个月本来就由它开账，开账方不变。'] : []
  const instead = dropped.map((one) => `原定从 ${showMonth(one.from)}起由${BILLING_MASTER[one.master]}开账的安排随之取消。`)
  return [...does, `${showMonth(monthsFrom(from, -1))}及以前的账期不变。`, ...same, ...instead]
}
