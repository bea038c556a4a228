import type {
  ColumnPlaceInput,
  FileEncoding,
  FileFormat,
  ImportField,
  ImportLayoutInput,
  ImportProfileKind,
  ImportProfilesQuery,
} from '@/gql/graphql'
import type { Entry } from '../ui/changes'
import { FILE_ENCODING, FILE_FORMAT, IMPORT_FIELD, PROFILE_KIND } from './words'

export type Profile = ImportProfilesQuery['importProfiles'][number]

/** How a column is found. */
export type By = 'NAME' | 'NUMBER' | 'BYTES'

export const BY: Record<By, string> = { NAME: '列名', NUMBER: '第几列', BYTES: '第几字节起' }

export interface PlaceForm {
  by: By
  name: string
  /** Of the column, or of the first byte; from 1. */
  at: number
  length: number
}

export interface ColumnForm extends PlaceForm {
  field: ImportField
}

export interface SkipForm extends PlaceForm {
  /** One a line. */
  values: string
  empty: boolean
}

export interface LayoutForm {
  name: string
  kind: ImportProfileKind
  format: FileFormat
  separator: string
  rowsAt: string
  encoding: FileEncoding
  skipLines: number
  columns: ColumnForm[]
  skipRows: SkipForm[]
  impliedDecimals: string
  units: { unit: string; factor: string }[]
}

/** A separator that cannot be seen, or none where it is found out. */
export const SEPARATORS: readonly { value: string; label: string }[] = [
  { value: '', label: '自动判断' },
  { value: ',', label: '逗号 ,' },
  { value: ';', label: '分号 ;' },
  { value: '\t', label: '制表符' },
  { value: '|', label: '竖线 |' },
  { value: ' ', label: '空格' },
]

/** What files of a kind may say; the first ones they have to. */
const FIELDS: Record<ImportProfileKind, { needed: readonly ImportField[]; more: readonly ImportField[] }> = {
  HANDHELD_READINGS: { needed: ['METER_NO', 'INDEX'], more: ['READ_AT', 'READ_ON', 'NOTE', 'UNIT'] },
  PLATFORM_READINGS: { needed: ['METER_NO', 'INDEX'], more: ['READ_AT', 'READ_ON', 'NOTE', 'UNIT'] },
  REMOTE_READINGS: { needed: ['METER_NO', 'INDEX'], more: ['READ_AT', 'READ_ON', 'NOTE', 'UNIT'] },
  USAGE_HISTORY: { needed: ['METER_NO', 'MONTH', 'USAGE'], more: ['UNIT'] },
  CHARGING_SYSTEM_BILLS: {
    needed: ['ACCOUNT_NO', 'METER_NO', 'MONTH', 'USAGE', 'AMOUNT'],
    more: ['UNIT', 'COMPONENT', 'DUE_ON', 'BILL_NO', 'OPEN_AMOUNT', 'LATE_FEE', 'STATE'],
  },
}

export function fieldsOf(kind: ImportProfileKind): readonly ImportField[] {
  const { needed, more } = FIELDS[kind]
  return [...needed, ...more]
}

/** Which of a kind's columns are still wanting; a reading needs its time or its day. */
export function wantingOf({ kind, columns }: Pick<LayoutForm, 'kind' | 'columns'>): string[] {
  const has = (field: ImportField) => columns.some((one) => one.field === field)
  const names = FIELDS[kind].needed.filter((field) => !has(field)).map((field) => IMPORT_FIELD[field])
  const undated = fieldsOf(kind).includes('READ_AT') && !has('READ_AT') && !has('READ_ON')
  return undated ? [...names, '抄表时间或抄表日期'] : names
}

export function waysOf(format: FileFormat): readonly By[] {
  if (format === 'FIXED_WIDTH') return ['BYTES']
  return format === 'DELIMITED' || format === 'XLSX' ? ['NAME', 'NUMBER'] : ['NAME']
}

/** A place as far as a format has such; else the first it has. */
export function fitted<Place extends PlaceForm>(place: Place, format: FileFormat): Place {
  const ways = waysOf(format)
  return ways.includes(place.by) ? place : { ...place, by: ways[0] ?? 'NAME' }
}

interface ShownPlace {
  name?: string | null
  number?: number | null
  from?: number | null
  length?: number | null
}

function placeForm({ name, number, from, length }: ShownPlace): PlaceForm {
  if (from != null) return { by: 'BYTES', name: '', at: from, length: length ?? 1 }
  if (number != null) return { by: 'NUMBER', name: '', at: number, length: 1 }
  return { by: 'NAME', name: name ?? '', at: 1, length: 1 }
}

export function placeInput({ by, name, at, length }: PlaceForm): ColumnPlaceInput {
  if (by === 'BYTES') return { bytes: { from: at, length } }
  return by === 'NUMBER' ? { number: at } : { name: name.trim() }
}

export function sayPlace({ by, name, at, length }: PlaceForm): string {
  if (by === 'BYTES') return `第 ${at} 至 ${at + length - 1} 字节`
  return by === 'NUMBER' ? `第 ${at} 列` : `“${name}”列`
}

export function blank(kind: ImportProfileKind = 'PLATFORM_READINGS'): LayoutForm {
  const { needed, more } = FIELDS[kind]
  const dated: readonly ImportField[] = more.includes('READ_AT') ? ['READ_AT'] : []
  const columns = [...needed, ...dated].map((field) => ({ field, by: 'NAME' as By, name: '', at: 1, length: 1 }))
  return {
    name: '',
    kind,
    format: 'DELIMITED',
    separator: '',
    rowsAt: '',
    encoding: 'AUTO',
    skipLines: 0,
    columns,
    skipRows: [],
    impliedDecimals: '',
    units: [],
  }
}

export function formOf(profile: Profile): LayoutForm {
  const { name, kind, format, separator, rowsAt, encoding, skipLines, columns, skipRows, impliedDecimals, units } = profile
  return {
    name,
    kind,
    format,
    separator: separator ?? '',
    rowsAt: rowsAt ?? '',
    encoding,
    skipLines,
    columns: columns.map((one) => ({ field: one.field, ...placeForm(one) })),
    skipRows: skipRows.map((one) => ({
      ...placeForm(one),
      values: one.values.filter((value) => value !== '').join('\n'),
      empty: one.values.includes(''),
    })),
    impliedDecimals: impliedDecimals == null ? '' : String(impliedDecimals),
    units: units.map(({ unit, factor }) => ({ unit, factor })),
  }
}

function valuesOf({ values, empty }: SkipForm): string[] {
  const written = values.split('\n').map((one) => one.trim()).filter(Boolean)
  return empty ? [...written, ''] : written
}

export function inputOf(form: LayoutForm): ImportLayoutInput {
  const decimals = form.impliedDecimals.trim()
  return {
    name: form.name.trim(),
    kind: form.kind,
    format: form.format,
    separator: form.format === 'DELIMITED' && form.separator !== '' ? form.separator : null,
    rowsAt: form.format === 'JSON' ? form.rowsAt.trim() : '',
    encoding: form.encoding,
    skipLines: form.skipLines,
    columns: form.columns.map((one) => ({ field: one.field, place: placeInput(fitted(one, form.format)) })),
    skipRows: form.skipRows.map((one) => ({ place: placeInput(fitted(one, form.format)), values: valuesOf(one) })),
    impliedDecimals: decimals === '' ? null : Number(decimals),
    units: form.units.map(({ unit, factor }) => ({ unit: unit.trim(), factor: factor.trim() })),
  }
}

/** Everything a layout says, a line each, to be read or compared with another. */
export function entriesOf(form: LayoutForm): Entry[] {
  const separator = SEPARATORS.find(({ value }) => value === form.separator)?.label ?? form.separator
  return [
    { name: '名称', value: form.name },
    { name: '内容', value: PROFILE_KIND[form.kind] },
    { name: '文件', value: FILE_FORMAT[form.format] },
    ...(form.format === 'DELIMITED' ? [{ name: '分隔符', value: separator }] : []),
    ...(form.format === 'JSON' ? [{ name: '数据在文档的哪里', value: form.rowsAt || '最外层' }] : []),
    { name: '编码', value: FILE_ENCODING[form.encoding] },
    { name: '开头跳过几行', value: `${form.skipLines} 行` },
    ...form.columns.map((one) => ({ name: `列：${IMPORT_FIELD[one.field]}`, value: sayPlace(fitted(one, form.format)) })),
    ...form.skipRows.map((one, at) => ({
      name: `不要的行 ${at + 1}`,
      value: `${sayPlace(fitted(one, form.format))}是${valuesOf(one).map((value) => (value === '' ? '空的' : `“${value}”`)).join('、')}`,
    })),
    { name: '没写小数点的数，末几位是小数', value: form.impliedDecimals.trim() || '没有' },
    ...form.units.map(({ unit, factor }) => ({ name: `单位“${unit}”`, value: `1 ${unit} = ${factor}` })),
  ]
}
