import type { ConnectorKind, ConnectorOutcome } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'

export const CONNECTOR_KIND: Record<ConnectorKind, string> = {
  WEB: '向平台取',
  FOLDER: '收文件目录',
}

export const OUTCOME: Record<ConnectorOutcome, { name: string; tone: Tone }> = {
  RUNNING: { name: '正在取', tone: 'warn' },
  IMPORTED: { name: '已导入', tone: 'good' },
  NOTHING_NEW: { name: '没有新的', tone: 'plain' },
  FAILED: { name: '失败', tone: 'bad' },
}

interface State {
  pausedFor?: string | null
  running: boolean
  failures: number
  lastRunAt?: string | null
}

export function stateOf({ pausedFor, running, failures, lastRunAt }: State): { name: string; tone: Tone } {
  if (pausedFor != null) return { name: '已停用', tone: 'plain' }
  if (running) return { name: '正在取', tone: 'warn' }
  if (failures > 0) return { name: `连续失败 ${failures} 次`, tone: 'bad' }
  return lastRunAt ? { name: '正常', tone: 'good' } : { name: '还没取过', tone: 'plain' }
}
