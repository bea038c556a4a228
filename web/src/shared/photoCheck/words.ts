import { graphql } from '@/gql'
import type { PhotoReuseSign, PhotoVerdict } from '@/gql/graphql'
import type { Tone } from '../tone'

/** What is shown of a check wherever one is shown. */
export const PHOTO_CHECK = graphql(`
  fragment PhotoCheckShown on PhotoCheck {
    photo
    verdict
    shown
    index
    certainty
  }
`)

type Verdicts = Record<PhotoVerdict, { name: string; says: string }>

export const PHOTO_VERDICT: Verdicts = {
  MATCH: { name: '照片相符', says: '照片上的示数就是录入的读数。' },
  MISMATCH: { name: '照片不符', says: '照片上的示数与录入的读数不一样，需要人工核对。' },
  UNSURE: { name: '照片拿不准', says: '程序看不准这张照片，读数照常计，可能抽查。' },
  WRONG_METER: { name: '不是这块表', says: '照片上的条码是别的表的，需要人工核对。' },
  RETAKE: { name: '照片看不清', says: '照片里没找到表盘，方便时请再拍一张。' },
}

/** What the card of a check says. */
export interface PhotoCheckWords {
  label: string
  verdict: Verdicts
  alt: (shown: string) => string
  shown: string
  index: string
  certainty: string
}

export const PHOTO_CHECK_WORDS: PhotoCheckWords = {
  label: '照片核对',
  verdict: PHOTO_VERDICT,
  alt: (shown) => `照片上的字轮，认作 ${shown}`,
  shown: '照片示数',
  index: '录入读数',
  certainty: '识别把握',
}

export const PHOTO_VERDICT_TONE: Record<PhotoVerdict, Tone> = {
  MATCH: 'good',
  MISMATCH: 'bad',
  UNSURE: 'plain',
  WRONG_METER: 'bad',
  RETAKE: 'warn',
}

export const PHOTO_REUSE: Record<PhotoReuseSign, string> = {
  SAME_BYTES: '与此前的照片是同一个文件',
  SAME_MOMENT: '与此前的照片画面相同、拍摄时间相同',
  OTHER_METER_SHOWS_THE_SAME: '与另一块表的照片画面、示数都相同',
  NOTHING_MOVED: '与此前的照片画面相同，字轮没有走动',
}

/** Thousandths as a percentage; never rounded up to what is not so. */
export function percent(thousandths: number): string {
  return `${Math.floor(thousandths / 10)}%`
}
