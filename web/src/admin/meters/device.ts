import { graphql } from '@/gql'
import { compare, parseDecimal } from '@/shared/decimal'
import { typed } from '@/shared/typed'

export const INSTALL_DEVICE = graphql(`
  mutation InstallDevice($input: InstallDeviceInput!) {
    installDevice(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

/** A device that goes up, as it is typed. */
export interface DeviceForm {
  hardwareNo: string
  openingIndex: string
  digits: string
  decimals: string
  multiplier: string
}

export const blankDevice = (): DeviceForm => ({ hardwareNo: '', openingIndex: '0', digits: '', decimals: '', multiplier: '' })

const ZERO = { units: 0n, places: 0 }

/** Whether a text is no index, and no factor, a dial could show. */
export function isNoFigure(text: string): boolean {
  const value = parseDecimal(typed(text))
  return !value || compare(value, ZERO) < 0
}

/** What is amiss with a device in words, before the server is asked; empty where nothing is. */
export function amissWith({ openingIndex, digits, decimals, multiplier }: DeviceForm, instead = ''): string {
  if (isNoFigure(openingIndex)) return '新表的起码请写成表盘上的数字。'
  if ([digits, decimals].some((text) => text && !/^\d$/.test(typed(text)))) return `位数请写成一位数字${instead}。`
  return multiplier && isNoFigure(multiplier) ? '倍率请写成 1 或 40 这样。' : ''
}
