/**
 * The order somebody left this page to pay for: the gateway sends them back without its number.
 * It stays until its end is known.
 */
const KEY = 'chaobiao-order'
/** Set on leaving for the gateway, until they are back. */
const AWAY = 'chaobiao-order-away'

export function placedOrder(): string | null {
  return sessionStorage.getItem(KEY)
}

export function rememberOrder(orderNo: string): void {
  sessionStorage.setItem(KEY, orderNo)
}

export function leaveForGateway(): void {
  sessionStorage.setItem(AWAY, '1')
}

/** The order of whoever comes back from the gateway: once. */
export function broughtBack(): string | null {
  const away = sessionStorage.getItem(AWAY)
  sessionStorage.removeItem(AWAY)
  return away === null ? null : placedOrder()
}

export function forgetOrder(): void {
  sessionStorage.removeItem(KEY)
}
