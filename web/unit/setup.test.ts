import { describe, expect, test } from 'vitest'
import { isDue } from '@/admin/books/schedule'
import { sameMeters } from '@/admin/books/order'
import { amissWith, showHours, usualHours } from '@/admin/campuses/hours'
import { amissWith as amissWithDevice, blankDevice } from '@/admin/meters/device'
import { groupsFor, mayOpen } from '@/admin/places'
import { checked, draftOf, shownOf } from '@/admin/tariffs/draft'
import { blankScheme, termsOf, type Scheme } from '@/admin/tariffs/scheme'

describe('r64: office hours', () => {
  test('usual ones are in order and read as a door plate', () => {
    expect(amissWith(usualHours())).toBe('')
    expect(showHours(usualHours())).toBe('08:00–12:00、14:00–17:30')
  })

  test('what is amiss is said before the server is asked', () => {
    expect(amissWith([])).toBe('至少要有一段办公时间。')
    expect(amissWith([{ from: '08:00', to: '' }])).toBe('第 1 段请填开始和结束的时间。')
    expect(amissWith([{ from: '12:00', to: '12:00' }])).toBe('第 1 段的结束要晚于开始。')
    expect(amissWith([{ from: '08:00', to: '12:00' }, { from: '11:30', to: '17:00' }])).toBe('第 2 段要在第 1 段之后。')
  })

  test('who opens campuses and who says whom to ask find the page; others do not', () => {
    const names = (rights: Parameters<typeof groupsFor>[0]) => groupsFor(rights).flatMap(({ places }) => places.map(({ name }) => name))
    expect(names(['MANAGE_CAMPUSES'])).toContain('校区')
    expect(names(['MANAGE_BULLETIN'])).toContain('校区')
    expect(mayOpen('/campuses', ['VIEW_METERS'])).toBe(false)
  })
})

describe('r96: a price is set up', () => {
  const scheme = (change: Partial<Scheme>): Scheme => ({ ...blankScheme(), tariffId: 'water-homes', name: '居民用水', ...change })

  test('a scheme means its terms', () => {
    expect(termsOf(scheme({ tariffId: ' ｗater-homes ', paymentDays: '２０', basePersons: '4', quota: '48' }))).toEqual({
      terms: {
        tariffId: 'water-homes',
        name: '居民用水',
        commodity: 'WATER',
        paymentDays: 20,
        tierPeriod: 'YEAR',
        priceChange: 'PRORATE_BY_DAY',
        yearCrossing: 'BY_DAY',
        basePersons: 4,
        quotaPerExtraPerson: '48',
      },
    })
    expect(termsOf(scheme({}))).toMatchObject({ terms: { basePersons: 0, quotaPerExtraPerson: null } })
  })

  test('what is amiss is said before the server is asked', () => {
    expect(termsOf(blankScheme())).toEqual({ wrong: '请填编号和名称。' })
    expect(termsOf(scheme({ paymentDays: '半月' }))).toEqual({ wrong: '开账后几天内缴，请写成 15 这样的整数。' })
    expect(termsOf(scheme({ paymentDays: '0' }))).toMatchObject({ wrong: expect.any(String) })
    expect(termsOf(scheme({ basePersons: '四' }))).toEqual({ wrong: '家庭基数人口请写成 4 这样的整数，没有的空着。' })
    expect(termsOf(scheme({ quota: '-1' }))).toEqual({ wrong: '每多 1 人加多少，请写成 48 这样，没有的空着。' })
    expect(termsOf(scheme({ quota: '48' }))).toEqual({ wrong: '写了每多 1 人加多少，就要写家庭基数人口。' })
  })

  test('a first version begins empty, and is shown as it is typed', () => {
    const draft = draftOf(null, '2026-01-01')
    expect(checked(draft)).toHaveProperty('wrong')
    draft.tiers = [
      { upTo: '180', price: '3' },
      { upTo: '', price: '4.' },
    ]
    expect(shownOf(draft).tiers).toEqual([
      { upTo: '180', price: '3' },
      { upTo: null, price: '4.' },
    ])
    draft.tiers[1] = { upTo: '', price: '4.5' }
    draft.minimum = '5'
    expect(shownOf(draft).minimumCharge).toBe('500')
  })
})

test('r75: a device is looked at before it goes up', () => {
  const device = { ...blankDevice(), hardwareNo: 'HW1' }
  expect(amissWithDevice(device)).toBe('')
  expect(amissWithDevice({ ...device, openingIndex: '' })).toBe('新表的起码请写成表盘上的数字。')
  expect(amissWithDevice({ ...device, openingIndex: '-1' })).toBe('新表的起码请写成表盘上的数字。')
  expect(amissWithDevice({ ...device, digits: '十' })).toBe('位数请写成一位数字。')
  expect(amissWithDevice({ ...device, decimals: '12' }, '，不填则同旧表')).toBe('位数请写成一位数字，不填则同旧表。')
  expect(amissWithDevice({ ...device, multiplier: '四十' })).toBe('倍率请写成 1 或 40 这样。')
})

test('r18: a walk is started by hand once its day has come, and never of a closed book', () => {
  expect(isDue({ nextOn: '2026-03-01' }, '2026-03-01')).toBe(true)
  expect(isDue({ nextOn: '2026-03-02' }, '2026-03-01')).toBe(false)
  expect(isDue({ nextOn: '2026-02-01', closedOn: '2026-02-15' }, '2026-03-01')).toBe(false)
})

test('another order is no other set of meters', () => {
  expect(sameMeters(['a', 'b'], ['b', 'a'])).toBe(true)
  expect(sameMeters(['a', 'b'], ['a'])).toBe(false)
  expect(sameMeters(['a', 'b'], ['a', 'c'])).toBe(false)
})
