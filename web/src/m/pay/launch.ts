import type { StartOnlineMutation } from '@/gql/graphql'

type Started = StartOnlineMutation['startOnlinePayment']

interface Bridge {
  invoke(name: string, given: object, answered: (answer: { err_msg: string }) => void): void
}

type Bridged = typeof globalThis & { WeixinJSBridge?: Bridge }

/** WeChat Pay begins inside WeChat only. */
export const inWechat = /MicroMessenger/i.test(navigator.userAgent)

function bridge(): Promise<Bridge> {
  const { WeixinJSBridge } = globalThis as Bridged
  if (WeixinJSBridge) return Promise.resolve(WeixinJSBridge)
  return new Promise((resolve) => {
    const ready = () => resolve((globalThis as Bridged).WeixinJSBridge as Bridge)
    document.addEventListener('WeixinJSBridgeReady', ready, { once: true })
  })
}

/** Posts what the server has signed; the browser leaves for the gateway with it. */
function post({ action, fields }: NonNullable<Started['paymentForm']>): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.action = action
  for (const { name, value } of fields) {
    const field = document.createElement('input')
    field.type = 'hidden'
    field.name = name
    field.value = value
    form.append(field)
  }
  document.body.append(form)
  form.submit()
}

/**
 * Hands the payer to the gateway. What it tells the page afterwards proves nothing: the page asks
 * the server how the order stands.
 */
export async function launch({ wechatPageCall, paymentForm }: Started): Promise<void> {
  if (paymentForm) return post(paymentForm)
  if (!wechatPageCall) return
  const wechat = await bridge()
  await new Promise<void>((done) => wechat.invoke('getBrandWCPayRequest', wechatPageCall, () => done()))
}
