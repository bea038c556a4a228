import { describe, expect, test } from 'vitest'
import { blank, entriesOf, fitted, formOf, inputOf, wantingOf, waysOf, type Profile } from '@/admin/profiles/layout'
import { steps } from '@/admin/profiles/versions'
import { changesOf } from '@/admin/ui/changes'

const place = { name: null, number: null, from: null, length: null }
const shown: Profile = {
  profileId: 'PDA',
  version: 3,
  name: '掌机',
  kind: 'HANDHELD_READINGS',
  format: 'FIXED_WIDTH',
  separator: null,
  rowsAt: null,
  encoding: 'GB18030',
  skipLines: 1,
  columns: [
    { ...place, field: 'METER_NO', from: 1, length: 12 },
    { ...place, field: 'INDEX', from: 13, length: 8 },
    { ...place, field: 'READ_ON', from: 21, length: 8 },
    { ...place, field: 'UNIT', from: 29, length: 2 },
  ],
  skipRows: [{ ...place, from: 31, length: 1, values: ['N', ''] }],
  impliedDecimals: 2,
  units: [{ unit: '升', factor: '0.001' }],
}

describe('r96: an import profile', () => {
  test('goes to the form and back with everything it says', () => {
    const { profileId: _id, version: _version, columns, skipRows, rowsAt: _at, ...rest } = shown
    expect(inputOf(formOf(shown))).toEqual({
      ...rest,
      rowsAt: '',
      columns: columns.map(({ field, from, length }) => ({ field, place: { bytes: { from, length } } })),
      skipRows: skipRows.map(({ values, from, length }) => ({ values, place: { bytes: { from, length } } })),
    })
  })

  test('knows columns by what its kind of file has', () => {
    expect(waysOf('FIXED_WIDTH')).toEqual(['BYTES'])
    expect(waysOf('JSON')).toEqual(['NAME'])
    expect(fitted({ by: 'BYTES', name: '表号', at: 3, length: 2 }, 'XLSX').by).toBe('NAME')
    expect(fitted({ by: 'NUMBER', name: '', at: 3, length: 1 }, 'XLSX').by).toBe('NUMBER')
  })

  test('says which columns are still wanting', () => {
    expect(wantingOf(blank('PLATFORM_READINGS'))).toEqual([])
    expect(wantingOf({ kind: 'PLATFORM_READINGS', columns: [] })).toEqual(['收费系统表号', '读数', '抄表时间或抄表日期'])
    expect(wantingOf({ kind: 'USAGE_HISTORY', columns: [] })).toEqual(['收费系统表号', '月份', '用量'])
  })

  test('shows what a new version says otherwise', () => {
    const before = entriesOf(formOf(shown))
    expect(before.find(({ name }) => name === '不要的行 1')?.value).toBe('第 31 至 31 字节是“N”、空的')
    const after = formOf(shown)
    after.columns.splice(3, 1)
    after.skipLines = 2
    expect(changesOf(before, entriesOf(after))).toEqual([
      { name: '开头跳过几行', before: '1 行', after: '2 行' },
      { name: '列：单位', before: '第 29 至 30 字节', after: null },
    ])
    expect(changesOf(before, before)).toEqual([])
  })
})

test('r96: each version of a profile stands beside the one before it', () => {
  const published = { publishedAt: '2026-02-01T00:00:00Z', publishedBy: 'staff:li' }
  const [second, first] = steps([
    { ...published, version: 2, profile: { ...shown, version: 2, name: '新掌机' } },
    { ...published, version: 1, profile: { ...shown, version: 1 } },
  ])
  expect(changesOf(second?.before ?? [], second?.after ?? []).map(({ before, after }) => [before, after])).toEqual([['掌机', '新掌机']])
  expect(first?.before).toBeNull()
})
