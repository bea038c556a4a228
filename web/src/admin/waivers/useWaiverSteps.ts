import type { WaiverKind } from '@/gql/graphql'
import { useChange } from '@/shared/change'
import { yuan } from '@/shared/money'
import type { Step } from '../ui/steps'
import { useViewer } from '../viewer'
import { APPROVE_WAIVER, REJECT_WAIVER, REVERSE_WAIVER } from './queries'
import { WAIVER_KIND, waiverSteps, type WaiverStanding, type WaiverStep } from './words'

interface Waiver extends WaiverStanding {
  waiverId: string
  billNo: string
  kind: WaiverKind
  amount: string
}

/** What may be done with waivers, wherever they are shown. */
export function useWaiverSteps(reload: () => unknown) {
  const { deed, change } = useChange(reload)
  const viewer = useViewer()

  function stepsOf(waiver: Waiver): Step[] {
    const { waiverId } = waiver
    const of = `${waiver.billNo} 的${WAIVER_KIND[waiver.kind]} ${yuan(waiver.amount)}`
    const steps: Record<WaiverStep, Step> = {
      APPROVE: {
        name: '批准',
        of,
        primary: true,
        take: async () => !!(await change(APPROVE_WAIVER, { waiverId }, `${of} 已批准`)),
      },
      REJECT: {
        name: viewer.did(waiver.requestedBy) ? '撤回' : '驳回',
        of,
        asks: '为什么不批',
        danger: true,
        take: async (reason) => !!(await change(REJECT_WAIVER, { waiverId, reason }, `${of} 已驳回`)),
      },
      REVERSE: {
        name: '撤销',
        of,
        asks: '为什么撤销',
        danger: true,
        take: async (reason) => !!(await change(REVERSE_WAIVER, { waiverId, reason }, `${of} 已撤销，账单重新待缴`)),
      },
    }
    return waiverSteps(waiver, viewer).map((step) => steps[step])
  }

  return { deed, stepsOf }
}
