import { computed, ref, shallowRef } from 'vue'
import type { Commodity } from '@/gql/graphql'
import { request } from '@/shared/gqlFetch'
import type { Page } from '@/shared/paged'
import { faultSentence } from '@/shared/refusal'
import { dayStart, showMonth } from '@/shared/when'
import { COMMODITY, PAYMENT_METHOD, READING_CHANNEL, READING_STATUS } from '@/shared/words'
import { READING_TONE, actorName } from '../words'
import { BILL_MOMENTS, PAYMENT_MOMENTS, READING_MOMENTS } from './queries'
import { blocking, merged, type Moment, type Source } from './timeline'

interface Feed extends Source {
  after: string | null
  fetch: (after: string | null) => Promise<Page<Moment>>
}

const NOTHING: Page<Moment> = { nodes: [], pageInfo: { hasNextPage: false } }

async function bills(accountNo: string, after: string | null): Promise<Page<Moment>> {
  const page = (await request(BILL_MOMENTS, { accountNo, after })).account?.bills
  if (!page) return NOTHING
  const nodes = page.nodes.map((one): Moment => ({
    key: `bill ${one.billNo}`,
    at: dayStart(one.issuedOn),
    kind: 'bill',
    title: `${showMonth(one.month)}账单`,
    detail: one.billNo,
    amount: one.total,
    state: one.openAmount === '0' ? '已缴清' : '未缴清',
    tone: one.openAmount === '0' ? 'good' : 'warn',
    to: `/bills/${one.billNo}`,
  }))
  return { ...page, nodes }
}

async function payments(accountNo: string, after: string | null): Promise<Page<Moment>> {
  const page = (await request(PAYMENT_MOMENTS, { accountNo, after })).account?.payments
  if (!page) return NOTHING
  const nodes = page.nodes.map((one): Moment => ({
    key: `payment ${one.paymentId}`,
    at: one.paidAt,
    kind: 'payment',
    title: `缴费（${PAYMENT_METHOD[one.method]}）`,
    detail: `经手 ${actorName(one.takenBy)}${one.receiptNo ? `，收据 ${one.receiptNo}` : ''}`,
    amount: `-${one.amount}`,
    state: one.reversedAt ? '已冲正' : null,
    tone: 'bad',
    to: `/payments/${one.paymentId}`,
  }))
  return { ...page, nodes }
}

async function readings(meterNo: string, commodity: Commodity, after: string | null): Promise<Page<Moment>> {
  const page = (await request(READING_MOMENTS, { meterNo, after })).meter?.readings
  if (!page) return NOTHING
  const { meter, unit } = COMMODITY[commodity]
  const nodes = page.nodes.map((one): Moment => ({
    key: `reading ${one.readingId}`,
    at: one.readAt,
    kind: 'reading',
    title: `${meter} ${meterNo} 读数 ${one.index}`,
    detail: `${READING_CHANNEL[one.channel]}${one.usage == null ? '' : `，用量 ${one.usage} ${unit}`}`,
    amount: null,
    state: one.status === 'ACCEPTED' ? null : READING_STATUS[one.status],
    tone: READING_TONE[one.status],
    to: `/readings/${one.readingId}`,
  }))
  return { ...page, nodes }
}

/** Bills, payments and readings of an account as one list, read on together. */
export function useTimeline(accountNo: string, meters: readonly { meterNo: string; commodity: Commodity }[]) {
  const unread = { moments: [], complete: false, after: null }
  const feeds = shallowRef<readonly Feed[]>([
    { ...unread, fetch: (after) => bills(accountNo, after) },
    { ...unread, fetch: (after) => payments(accountNo, after) },
    ...meters.map(({ meterNo, commodity }) => ({
      ...unread,
      fetch: (after: string | null) => readings(meterNo, commodity, after),
    })),
  ])
  const busy = ref(false)
  const trouble = ref('')

  async function older(): Promise<void> {
    if (busy.value) return
    busy.value = true
    trouble.value = ''
    try {
      const wanted = new Set(blocking(feeds.value))
      feeds.value = await Promise.all(
        feeds.value.map(async (feed, place) => {
          if (!wanted.has(place)) return feed
          const { nodes, pageInfo } = await feed.fetch(feed.after)
          return {
            ...feed,
            moments: [...feed.moments, ...nodes],
            complete: !pageInfo.hasNextPage,
            after: pageInfo.endCursor ?? null,
          }
        }),
      )
    } catch (error) {
      trouble.value = faultSentence(error)
    } finally {
      busy.value = false
    }
  }
  void older()

  return {
    moments: computed(() => merged(feeds.value)),
    hasOlder: computed(() => feeds.value.some(({ complete }) => !complete)),
    busy,
    trouble,
    older,
  }
}
