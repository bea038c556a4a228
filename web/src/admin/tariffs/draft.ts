import type { AllowanceBasis, RateRegister, TariffVersionInput } from '@/gql/graphql'
import { compare, parseDecimal } from '@/shared/decimal'
import { editableYuan, parseYuan } from '@/shared/money'
import { RATES } from '@/shared/rates'
import { typed } from '@/shared/typed'
import { today } from '@/shared/when'
import type { Tariff, Version } from './queries'

/** A version as it is typed, before anybody has checked it. */
export interface Draft {
  from: string
  tiers: { upTo: string; price: string }[]
  surcharges: { name: string; price: string }[]
  /** Empty where nothing is free. */
  allowance: string
  basis: AllowanceBasis
  /** Months without it, as people list them: 2、8. */
  excluded: string
  /** In yuan; empty where there is no minimum. */
  minimum: string
  /** By rate what a unit costs more, or less; empty where its hours cost the tier. */
  deltas: Record<RateRegister, string>
}

export const ALLOWANCE_BASIS: Record<AllowanceBasis, string> = { PERSON: '每人', ROOM: '每间' }

export function currentVersion({ versions }: Pick<Tariff, 'versions'>, on = today()): Version | null {
  return [...versions].reverse().find(({ from, to }) => from <= on && (!to || on <= to)) ?? versions.at(-1) ?? null
}

export function periodOf({ from, to }: Pick<Version, 'from' | 'to'>): string {
  return `${from} 起${to ? `，至 ${to}` : ''}`
}

export function draftOf(version: Version | null, from: string): Draft {
  const tiers = (version?.tiers ?? [{ upTo: null, price: '' }]).map(({ upTo, price }) => ({ upTo: upTo ?? '', price }))
  const free = version?.freeAllowance
  return {
    from,
    tiers,
    surcharges: (version?.surcharges ?? []).map(({ name, price }) => ({ name, price })),
    allowance: free?.perMonth ?? '',
    basis: free?.basis ?? 'PERSON',
    excluded: free?.excludedMonths.join('、') ?? '',
    minimum: version?.minimumCharge ? editableYuan(version.minimumCharge) : '',
    deltas: deltasOf(version),
  }
}

function deltasOf(version: Version | null): Draft['deltas'] {
  const deltas = { SHARP: '', PEAK: '', FLAT: '', VALLEY: '' }
  for (const { rate, delta } of version?.timeOfUse ?? []) deltas[rate] = delta
  return deltas
}

/** What is amiss with a draft in words, before the server is asked; or the version it means. */
export function checked(draft: Draft): { wrong: string } | { version: TariffVersionInput } {
  if (!draft.from) return { wrong: '请选从哪一天起。' }
  const tiers: TariffVersionInput['tiers'] = []
  let below = parseDecimal('0')
  for (const [at, { upTo, price }] of draft.tiers.entries()) {
    const last = at === draft.tiers.length - 1
    const limit = last ? null : parseDecimal(typed(upTo))
    if (!last && (!limit || !below || compare(limit, below) <= 0)) return { wrong: `第 ${at + 1} 档要用到多少，请填得比上一档大。` }
    const cost = parseDecimal(typed(price))
    if (!cost || cost.units < 0n) return { wrong: `第 ${at + 1} 档的单价请写成 0.5 这样。` }
    tiers.push({ upTo: last ? null : typed(upTo), price: typed(price) })
    below = limit
  }
  const surcharges: { name: string; price: string }[] = []
  for (const { name, price } of draft.surcharges) {
    if (!typed(name) || !parseDecimal(typed(price))) return { wrong: '附加费请填名称和单价，不要的请删掉。' }
    surcharges.push({ name: typed(name), price: typed(price) })
  }
  const month = monthOf(draft)
  if ('wrong' in month) return month
  const timeOfUse: TariffVersionInput['timeOfUse'] = []
  for (const { rate, name } of RATES) {
    const delta = typed(draft.deltas[rate])
    if (!delta) continue
    if (!parseDecimal(delta)) return { wrong: `${name}时段的价差请写成 0.03 或 -0.25 这样，没有的空着。` }
    timeOfUse.push({ rate, delta })
  }
  if (timeOfUse.length && month.freeAllowance) return { wrong: '有免费额度的价格不能再分时。' }
  return { version: { from: draft.from, to: null, tiers, surcharges, ...month, timeOfUse } }
}

/** What the draft says of a month: what is free of it, and the least it costs. */
function monthOf(draft: Draft): { wrong: string } | Pick<TariffVersionInput, 'freeAllowance' | 'minimumCharge'> {
  const perMonth = typed(draft.allowance)
  const free = perMonth ? parseDecimal(perMonth) : null
  if (perMonth && (!free || free.units < 0n)) return { wrong: '免费额度请写成 8 或 8.5 这样，没有的空着。' }
  const excludedMonths = typed(draft.excluded).split(/[\s,、]+/).filter(Boolean).map(Number)
  if (excludedMonths.some((one) => !Number.isInteger(one) || one < 1 || one > 12)) return { wrong: '没有免费额度的月份请写成 2、8 这样。' }
  const minimum = typed(draft.minimum)
  const minimumCharge = minimum ? parseYuan(minimum) : null
  if (minimum && minimumCharge === null) return { wrong: '最低消费请写成 5.00 这样，没有的空着。' }
  return { freeAllowance: perMonth ? { perMonth, basis: draft.basis, excludedMonths } : null, minimumCharge }
}

/** A draft as it is typed, before it is a version: what the preview shows. */
export function shownOf(draft: Draft): Pick<Version, 'tiers' | 'surcharges' | 'freeAllowance' | 'minimumCharge' | 'timeOfUse'> {
  const judged = checked(draft)
  const month = 'version' in judged ? judged.version : null
  const free = month?.freeAllowance
  return {
    tiers: draft.tiers.map(({ upTo, price }) => ({ upTo: upTo || null, price })),
    surcharges: draft.surcharges,
    freeAllowance: free ? { perMonth: free.perMonth, basis: free.basis ?? 'PERSON', excludedMonths: [...(free.excludedMonths ?? [])] } : null,
    minimumCharge: month?.minimumCharge ?? null,
    timeOfUse: [...(month?.timeOfUse ?? [])],
  }
}
