import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { en } from '@/m/words/en'
import { barMonth, day, dayOf, instant, list, month, quantity } from '@/m/words/format'
import { choose, installLanguage, language, speakFor, words } from '@/m/words'
import { REFUSALS } from '@/m/words/refusals'
import { zh } from '@/m/words/zh'
import { RequestFault } from '@/shared/gqlFetch'
import { faultSentence, refusalAt, saying, sentence } from '@/shared/refusal'

const HAN = /[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]/
const mark = (at: number) => `⟦${at}⟧`
const marks = (said: string) => [...new Set(said.match(/⟦\d+⟧/g))].sort()

/** Every message by its path, said of marks where it takes something. */
function messages(given: unknown, arity: unknown, path: string): [string, string][] {
  if (typeof given === 'string') return [[path, given]]
  if (typeof given === 'function') {
    const takes = typeof arity === 'function' ? arity.length : given.length
    return [[path, String(given(...Array.from({ length: takes }, (_, at) => mark(at))))]]
  }
  const other = (arity ?? {}) as Record<string, unknown>
  return Object.entries(given as object).flatMap(([key, one]) => messages(one, other[key], `${path}.${key}`))
}

const { refusals: _chinese, ...chinese } = zh
const { refusals: _english, ...english } = en
const inChinese = new Map(messages(chinese, chinese, ''))
const inEnglish = new Map(messages(english, chinese, ''))

describe('the two catalogues', () => {
  it('say the same things', () => {
    expect(inChinese.size).toBeGreaterThan(250)
    expect([...inEnglish.keys()].sort()).toEqual([...inChinese.keys()].sort())
  })

  it('take the same figures and names into what they say', () => {
    const taken = (from: Map<string, string>) => Object.fromEntries([...from].map(([path, said]) => [path, marks(said)]))
    expect(taken(inEnglish)).toEqual(taken(inChinese))
    expect(Object.values(taken(inChinese)).filter((own) => own.length > 0).length).toBeGreaterThan(50)
  })

  it('keep their languages apart', () => {
    expect([...inEnglish].filter(([, said]) => HAN.test(said))).toEqual([])
    expect(Object.entries(REFUSALS).filter(([, said]) => HAN.test(said))).toEqual([])
  })

  it('count in English as English does', () => {
    expect(en.case.stars(1)).toBe('1 star')
    expect(en.case.stars(5)).toBe('5 stars')
    expect(en.warning.tooPrecise(1)).toContain('1 decimal place is')
    expect(en.warning.high('1', '3 m³', '1 m³')).toContain('in 1 day,')
  })
})

describe('refusals in English', () => {
  const errors = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8')
  const known = new Set([...errors.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code))
  /** What these pages find out by themselves. */
  const OURS = ['NETWORK', 'UNREADABLE_ANSWER', 'PICTURE_UNREADABLE', 'PICTURE_NOT_SENT']

  it('are of codes there are', () => {
    expect(Object.keys(REFUSALS).filter((code) => !known.has(code) && !OURS.includes(code))).toEqual([])
  })

  it('have a sentence for whatever a rule may find in a reading', () => {
    const found = [...errors.matchAll(/^\| `(\w+)` \|.*Rule::V\d/gm)].map(([, code = '']) => code)
    expect(found.length).toBeGreaterThan(15)
    expect(found.filter((code) => !(code in REFUSALS))).toEqual([])
  })
})

/** A phone that keeps that, and speaks that. */
async function phone(kept: string | null, speaks: string, pathname = '/m/'): Promise<{ page: { lang: string }; kept: () => string | null }> {
  const page = { lang: '' }
  let stored = kept
  vi.stubGlobal('document', { documentElement: page, title: '' })
  vi.stubGlobal('navigator', { language: speaks })
  vi.stubGlobal('window', { location: { pathname } })
  vi.stubGlobal('localStorage', { getItem: () => stored, setItem: (_key: string, value: string) => (stored = value) })
  await installLanguage()
  return { page, kept: () => stored }
}

describe('the language', () => {
  afterEach(async () => {
    await phone('zh', 'zh-CN')
    vi.unstubAllGlobals()
  })

  it.each([
    [null, 'zh-CN', 'zh'],
    [null, 'zh', 'zh'],
    [null, 'en-US', 'en'],
    [null, 'de', 'en'],
    ['zh', 'en-US', 'zh'],
    ['en', 'zh-CN', 'en'],
    ['tlh', 'zh-CN', 'zh'],
  ])('kept %s on a phone that speaks %s: %s', async (kept, speaks, expected) => {
    const { page } = await phone(kept, speaks)
    expect(language.value).toBe(expected)
    expect(page.lang).toBe(expected === 'zh' ? 'zh-CN' : 'en')
  })

  it('is Chinese in the field whatever was chosen, and the choice stays', async () => {
    const { page } = await phone('en', 'en', '/m/staff/queue')
    expect(page.lang).toBe('zh-CN')
    await speakFor('/bills')
    expect(page.lang).toBe('en')
    await speakFor('/staff')
    expect(words.value.common.home).toBe('首页')
  })

  it('is kept once chosen', async () => {
    const { kept } = await phone(null, 'zh-CN')
    expect(kept()).toBeNull()
    await choose('en')
    expect(kept()).toBe('en')
    expect(words.value.common.home).toBe('Home')
  })

  it('says dates, months, quantities and lists in its own way', async () => {
    const late = '2026-11-30T17:05:00Z'
    const say = () => [instant(late), dayOf(late), day('2026-12-05'), month('2026-03'), barMonth('2026-03'), quantity('1.50', 'WATER'), list(['1', '2'])]
    await phone('zh', 'zh')
    expect(say()).toEqual(['2026-12-01 01:05', '2026-12-01', '2026-12-05', '2026年3月', '3月', '1.50 吨', '1、2'])
    await choose('en')
    expect(say()).toEqual(['1 Dec 2026, 01:05', '1 Dec 2026', '5 Dec 2026', 'Mar 2026', 'Mar', '1.50\u00a0m³', '1, 2'])
  })

  it('says refusals by their code, and in Chinese where it has no sentence for one', async () => {
    const refused = { code: 'CODE_WRONG', field: ['input', 'code'], message: '验证码不正确或已失效' }
    const strange = { code: 'SOMETHING_NEW', message: '新的说法' }
    await phone('zh', 'zh')
    expect(sentence([refused, strange])).toBe('验证码不正确或已失效；新的说法。')
    await choose('en')
    expect(refusalAt([refused], 'code')).toBe('The code is wrong or no longer valid.')
    expect(saying(strange)).toBe('新的说法')
    const fault = new RequestFault('fault', 'INTERNAL_SERVER_ERROR', '系统出错了，请稍后再试。', 'r-17')
    expect(faultSentence(fault)).toBe('Something went wrong on our side. Please try again later. (no. r-17)')
    await choose('zh')
    expect(faultSentence(fault)).toBe('系统出错了，请稍后再试（编号 r-17）。')
  })
})
