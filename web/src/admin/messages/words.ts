import type { MessageChannel, MessageState } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'

export const MESSAGE_CHANNEL: Record<MessageChannel, string> = {
  SMS: '短信',
  WECHAT: '公众号',
}

export const MESSAGE_STATE: Record<MessageState, string> = {
  QUEUED: '待发',
  SENDING: '发送中',
  SENT: '已发出',
  FAILED: '未发出',
  UNKNOWN: '结果不明',
  DROPPED: '不再发送',
}

const STATE_TONE: Record<MessageState, Tone> = {
  QUEUED: 'plain',
  SENDING: 'plain',
  SENT: 'plain',
  FAILED: 'bad',
  UNKNOWN: 'warn',
  DROPPED: 'plain',
}

interface Standing {
  state: MessageState
  report: { delivered: boolean } | null
}

/** The carrier's report says more than the answer to the call. */
export function standing({ state, report }: Standing): string {
  if (!report) return MESSAGE_STATE[state]
  return report.delivered ? '已送达' : '未送达'
}

export function standingTone({ state, report }: Standing): Tone {
  if (!report) return STATE_TONE[state]
  return report.delivered ? 'good' : 'bad'
}
