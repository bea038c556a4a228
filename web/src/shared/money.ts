/** Money is whole fen in a string, as the server sends it; nothing here passes through a float. */
export type Fen = string

const YUAN = /^(\d{1,12})(?:\.(\d{1,2}))?$/

function fen(amount: Fen): bigint {
  return BigInt(amount)
}

/** `123456` → `1,234.56`. */
export function formatFen(amount: Fen): string {
  const value = fen(amount)
  const negative = value < 0n
  const digits = (negative ? -value : value).toString().padStart(3, '0')
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${negative ? '-' : ''}${whole}.${digits.slice(-2)}`
}

export function yuan(amount: Fen): string {
  return formatFen(amount).replace(/^(-?)/, '$1¥')
}

/** What a cashier types, `12.5` or full-width `１２．５`, to fen; null when it is no amount. */
export function parseYuan(text: string): Fen | null {
  const match = YUAN.exec(text.normalize('NFKC').replace(/[,，\s¥]/g, ''))
  if (!match) return null
  const [, whole = '0', fraction = ''] = match
  return (BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0'))).toString()
}

/** To whoever typed what is none. */
export const AMOUNT_HINT = '金额请写成 12.50 这样。'

/** For an input field: no grouping, no sign. */
export function editableYuan(amount: Fen): string {
  return formatFen(amount).replaceAll(',', '')
}

export function sumFen(amounts: readonly Fen[]): Fen {
  return amounts.reduce((sum, amount) => sum + fen(amount), 0n).toString()
}

export function minusFen(a: Fen, b: Fen): Fen {
  return (fen(a) - fen(b)).toString()
}

export function compareFen(a: Fen, b: Fen): number {
  const difference = fen(a) - fen(b)
  if (difference === 0n) return 0
  return difference > 0n ? 1 : -1
}

const DIGITS = '零壹贰叁肆伍陆柒捌玖'
const PLACES = ['', '拾', '佰', '仟']
const GROUPS = ['', '万', '亿', '万亿']

function groupInWords(group: number): string {
  let words = ''
  let gap = false
  for (let place = 3; place >= 0; place -= 1) {
    const digit = Math.floor(group / 10 ** place) % 10
    if (digit === 0) {
      gap = words !== ''
    } else {
      words += `${gap ? '零' : ''}${DIGITS[digit]}${PLACES[place]}`
      gap = false
    }
  }
  return words
}

function wholeInWords(whole: bigint): string {
  let words = ''
  let gap = false
  for (let group = GROUPS.length - 1; group >= 0; group -= 1) {
    const value = Number((whole / 10n ** BigInt(group * 4)) % 10000n)
    if (value === 0) {
      gap = words !== ''
      continue
    }
    const missing = words !== '' && (gap || value < 1000)
    words += `${missing ? '零' : ''}${groupInWords(value)}${GROUPS[group]}`
    gap = false
  }
  return words
}

/** 大写金额, which a receipt must carry so that a figure cannot be altered. */
export function amountInWords(amount: Fen): string {
  const value = fen(amount)
  if (value < 0n) return `负${amountInWords((-value).toString())}`
  const whole = value / 100n
  const jiao = Number((value / 10n) % 10n)
  const single = Number(value % 10n)
  if (value === 0n) return '零元整'
  const head = whole === 0n ? '' : `${wholeInWords(whole)}元`
  if (jiao === 0 && single === 0) return `${head}整`
  const middle = jiao === 0 ? (head ? '零' : '') : `${DIGITS[jiao]}角`
  return `${head}${middle}${single === 0 ? '整' : `${DIGITS[single]}分`}`
}
