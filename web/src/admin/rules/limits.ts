import type {
  AccountClass,
  EstimationMethod,
  MeterClassRulesInput,
  PublishValidationRulesInput,
  RuleLimitsFragment,
  ValidationRulesQuery,
} from '@/gql/graphql'
import { typed } from '@/shared/typed'
import { ACCOUNT_CLASS } from '../words'
import type { Entry } from '../ui/changes'

export type RuleSet = ValidationRulesQuery['validationRules'][number]

/** Limits of meters as a form holds them, by the name the server has for them. */
export type Limits = Record<string, string>

export const ESTIMATION_METHOD: Record<EstimationMethod, string> = {
  LATER_ACTUAL: '后次实抄内插',
  LAST_YEAR: '去年同期日均',
  RECENT_PERIODS: '前三期日均',
  PRESENT_DEVICE: '现装表具日均',
  CLASS_MEAN: '同类表日均',
  NO_USAGE: '无量',
}

export interface Limit {
  key: string
  name: string
  kind: 'decimal' | 'whole' | 'months' | 'methods'
  unit?: string
  /** What an empty field means; without it something has to be there. */
  off?: string
}

export interface LimitGroup {
  name: string
  limits: readonly Limit[]
}

export const LIMIT_GROUPS: readonly LimitGroup[] = [
  {
    name: 'V7 量高',
    limits: [
      { key: 'highFactor', name: '高于参照日均的倍数', kind: 'decimal', unit: '倍' },
      { key: 'highFloorPerDay', name: '日用量不超过就不算高', kind: 'decimal' },
      { key: 'highHoldPercent', name: '超出限值多少起待审', kind: 'whole', unit: '%' },
      { key: 'meanPerDay', name: '没有历史时参照的日均', kind: 'decimal', off: '不参照' },
    ],
  },
  {
    name: 'V8 量低',
    limits: [
      { key: 'lowFactor', name: '低于参照日均的倍数', kind: 'decimal', unit: '倍', off: '不查' },
      { key: 'lowFloorPerDay', name: '预计日用量不到就不查', kind: 'decimal', off: '—' },
    ],
  },
  {
    name: 'V9 用量变化、V10 零度户',
    limits: [
      { key: 'changePercent', name: '用量变化超过多少提示', kind: 'whole', unit: '%', off: '不查' },
      { key: 'zeroVisitMonths', name: '连续几个月零用量要去看', kind: 'whole', unit: '个月' },
      { key: 'zeroQuietMonths', name: '哪些月份零用量不奇怪', kind: 'months', off: '没有' },
      { key: 'zeroOutagePercent', name: '停供占到多少时零用量不奇怪', kind: 'whole', unit: '%' },
    ],
  },
  {
    name: 'V23 照片、V24 位置和时间',
    limits: [
      { key: 'photoHoldPercent', name: '照片不符的把握到多少待审', kind: 'whole', unit: '%' },
      { key: 'placeMetres', name: '离标定位置最远', kind: 'whole', unit: '米', off: '不查' },
      { key: 'watermarkMinutes', name: '照片时间最多相差', kind: 'whole', unit: '分钟', off: '不查' },
    ],
  },
  {
    name: 'V21 估抄',
    limits: [
      { key: 'estimation.order', name: '估抄方法的先后', kind: 'methods' },
      { key: 'estimation.inARowMax', name: '最多连续估抄', kind: 'whole', unit: '次' },
      { key: 'estimation.monthsMax', name: '最后一次实抄后最多', kind: 'whole', unit: '个月' },
    ],
  },
  {
    name: '远传间隔数据',
    limits: [
      { key: 'intervals.spikeRatio', name: 'V12 尖峰比', kind: 'decimal', unit: '倍' },
      { key: 'intervals.sumDailyPercent', name: 'V13 一天合计与走字最多差', kind: 'decimal', unit: '%' },
      { key: 'intervals.sumWeeklyPercent', name: 'V13 一周合计与走字最多差', kind: 'decimal', unit: '%' },
      { key: 'intervals.staleSlots', name: 'V14 同一数连续几次', kind: 'whole', unit: '次' },
      { key: 'intervals.zeroRunMinutes', name: 'V14 连续为零多久', kind: 'whole', unit: '分钟', off: '按水、电各自通常的' },
      { key: 'intervals.outlierFactor', name: 'V15 离群的倍数', kind: 'decimal', unit: '倍' },
      { key: 'intervals.outlierNeighbours', name: 'V15 两边各看几个', kind: 'whole', unit: '个' },
      { key: 'intervals.outlierFloor', name: 'V15 离散度下限', kind: 'decimal' },
      { key: 'intervals.leakHours', name: 'V25 连续几小时有流量算漏', kind: 'whole', unit: '小时' },
      { key: 'intervals.leakFloorPerHour', name: 'V25 每小时多少才算有流量', kind: 'decimal' },
      { key: 'intervals.burstPercent', name: 'V25 爆管：占最大流量', kind: 'decimal', unit: '%' },
      { key: 'intervals.burstMinutes', name: 'V25 爆管：持续', kind: 'whole', unit: '分钟' },
    ],
  },
]

const ALL: readonly Limit[] = LIMIT_GROUPS.flatMap(({ limits }) => limits)
/** Intervals of remote meters are judged alike for all classes. */
const OF_CLASSES: readonly Limit[] = ALL.filter(({ key }) => !key.startsWith('intervals.'))

export function groupsOf(ofClass: boolean): readonly LimitGroup[] {
  return ofClass ? LIMIT_GROUPS.filter(({ limits }) => limits.some((one) => OF_CLASSES.includes(one))) : LIMIT_GROUPS
}

function textOf({ kind }: Limit, value: unknown): string {
  if (Array.isArray(value)) return value.join(kind === 'months' ? '、' : ' ')
  return value == null ? '' : String(value)
}

function at(rules: object, key: string): unknown {
  return key.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | null)?.[name], rules)
}

export function limitsOf(rules: RuleLimitsFragment): Limits {
  return Object.fromEntries(ALL.map((limit) => [limit.key, textOf(limit, at(rules, limit.key))]))
}

function valueOf({ kind }: Limit, text: string): unknown {
  if (kind === 'months') return text.split(/[\s,、]+/).filter(Boolean).map(Number)
  if (kind === 'methods') return text.split(' ').filter(Boolean)
  if (text === '') return null
  return kind === 'whole' ? Number(text) : text
}

/** As the server takes it. */
export function inputOf(limits: Limits): MeterClassRulesInput {
  const input: Record<string, unknown> = {}
  for (const limit of ALL) {
    const [outer = '', inner] = limit.key.split('.')
    const value = valueOf(limit, typed(limits[limit.key] ?? ''))
    // Nothing is expected of a day where the rule is off: the server's own value does.
    if (limit.key === 'lowFloorPerDay' && value === null) continue
    if (inner === undefined) input[outer] = value
    else input[outer] = { ...(input[outer] as object | undefined), [inner]: value }
  }
  return input as unknown as MeterClassRulesInput
}

/** What a limit says, in words. */
export function sayLimit(limit: Limit, text: string): string {
  const given = text.trim()
  if (given === '') return limit.off ?? '没有填'
  if (limit.kind === 'months') return `${given.split(/[\s,、]+/).join('、')} 月`
  if (limit.kind === 'methods') return given.split(' ').map((one) => ESTIMATION_METHOD[one as EstimationMethod] ?? one).join('，再')
  return limit.unit ? `${given} ${limit.unit}` : given
}

export type Commodity = 'water' | 'electricity'
export const METERS: Record<Commodity, string> = { water: '水表', electricity: '电表' }

/** A set of rules as a form holds it. */
export interface RulesForm {
  effectiveFrom: string
  reason: string
  futureToleranceMinutes: string
  water: Limits
  electricity: Limits
  /** Of a class and its meters; what is not there is as for everybody. */
  classes: Partial<Record<AccountClass, Partial<Record<Commodity, Limits>>>>
}

export function formOf(rules: RuleSet, effectiveFrom: string): RulesForm {
  const classes = rules.classes.map((one) => {
    const { water, electricity } = one
    return [one.class, { ...(water && { water: limitsOf(water) }), ...(electricity && { electricity: limitsOf(electricity) }) }] as const
  })
  return {
    effectiveFrom,
    reason: '',
    futureToleranceMinutes: String(rules.futureToleranceMinutes),
    water: limitsOf(rules.water),
    electricity: limitsOf(rules.electricity),
    classes: Object.fromEntries(classes),
  }
}

type Wanted = Omit<PublishValidationRulesInput, 'idempotencyKey'>

export function publishOf(form: RulesForm): Wanted {
  const classes = (Object.entries(form.classes) as [AccountClass, Partial<Record<Commodity, Limits>>][])
    .filter(([, of]) => of.water || of.electricity)
    .map(([one, of]) => ({
      class: one,
      water: of.water ? inputOf(of.water) : null,
      electricity: of.electricity ? inputOf(of.electricity) : null,
    }))
  return {
    effectiveFrom: form.effectiveFrom,
    reason: form.reason.trim(),
    futureToleranceMinutes: Number(form.futureToleranceMinutes),
    water: inputOf(form.water),
    electricity: inputOf(form.electricity),
    classes,
  }
}

/** Everything it says, a line each, to be compared with another. */
export function entriesOf(form: RulesForm): Entry[] {
  const lines = (whose: string, limits: Limits, known: readonly Limit[]) =>
    known.map((limit) => ({ name: `${whose} · ${limit.name}`, value: sayLimit(limit, limits[limit.key] ?? '') }))
  const meters = Object.keys(METERS) as Commodity[]
  const all = meters.flatMap((meter) => lines(METERS[meter], form[meter], ALL))
  const classes = Object.keys(ACCOUNT_CLASS) as AccountClass[]
  const special = classes.flatMap((one) =>
    meters.flatMap((meter) => {
      const limits = form.classes[one]?.[meter]
      return limits ? lines(`${ACCOUNT_CLASS[one]}${METERS[meter]}`, limits, OF_CLASSES) : []
    }),
  )
  return [{ name: 'V2 手机时钟最多快', value: `${form.futureToleranceMinutes} 分钟` }, ...all, ...special]
}

/** Where a refused limit stands in the form, by the path the server names: `water.placeMetres`. */
export function limitNamed(path: string): string | null {
  const [meter = '', ...rest] = path.split('.')
  const limit = ALL.find(({ key }) => key === rest.join('.'))
  return limit && meter in METERS ? `${METERS[meter as Commodity]} · ${limit.name}` : null
}
