import type { Tone } from '@/shared/tone'

interface Article {
  version: number
  publishedVersion?: number | null
  withdrawn?: string | null
}

export function stateOf({ version, publishedVersion, withdrawn }: Article): { name: string; tone: Tone } {
  if (publishedVersion == null) return withdrawn ? { name: '已撤回', tone: 'plain' } : { name: '草稿', tone: 'warn' }
  return publishedVersion === version
    ? { name: '已发布', tone: 'good' }
    : { name: `已发布第 ${publishedVersion} 稿，有新稿`, tone: 'warn' }
}
