/** The order somebody left this page to pay for: the gateway sends them back without its number. */
const KEY = 'chaobiao-order'

export function placedOrder(): string | null {
  return sessionStorage.getItem(KEY)
}

export function rememberOrder(orderNo: string): void {
  sessionStorage.setItem(KEY, orderNo)
}

export function forgetOrder(): void {
  sessionStorage.removeItem(KEY)
}
