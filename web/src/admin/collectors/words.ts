import type { MeterProtocol, Oddity } from '@/gql/graphql'
import type { Tone } from '@/shared/tone'

export const METER_PROTOCOL: Record<MeterProtocol, string> = {
  DLT645_1997: 'DL/T 645-1997',
  DLT645_2007: 'DL/T 645-2007',
  CJT188: 'CJ/T 188',
}

export const ODDITY: Record<Oddity, string> = {
  TWO_ANSWERS: '两块表用同一地址',
  WILDCARD_ADDRESS: '以通配地址应答',
  CLOCK: '表计时钟不对',
  WENT_BACK: '读数变小',
  MOVED: '换了采集器',
  MISFIT: '应答长度不符',
  QUARANTINED: '采集器被隔离',
}

interface Link {
  linked: boolean
  retired: boolean
  linkChangedAt?: string | null
}

export function linkOf({ linked, retired, linkChangedAt }: Link): { name: string; tone: Tone } {
  if (retired) return { name: '已停用', tone: 'plain' }
  if (linked) return { name: '在线', tone: 'good' }
  return linkChangedAt ? { name: '离线', tone: 'bad' } : { name: '从未上线', tone: 'warn' }
}

interface LastRound {
  answered?: number | null
  asked?: number | null
}

export function roundOf({ answered, asked }: LastRound): { name: string; tone: Tone } {
  if (answered == null || asked == null) return { name: '还没有', tone: 'plain' }
  const tone = answered === asked ? 'good' : answered === 0 ? 'bad' : 'warn'
  return { name: `${answered} / ${asked}`, tone }
}

/** `681104…` → `68 11 04 …`: a frame is read byte by byte. */
export function bytesOf(hex: string): string {
  return (hex.toUpperCase().match(/.{1,2}/g) ?? []).join(' ')
}

/** What a live frame is about: transparent forwarding is told by the words the server begins it with. */
export function forwardingOf({ what }: { what: string }): 'PASSED' | 'BLOCKED' | null {
  if (what.startsWith('透传被拦截')) return 'BLOCKED'
  return what.startsWith('透传') ? 'PASSED' : null
}

export interface Numbered {
  number: number
}

/** The newest first, each once: what was seen stays when newer ones push it out of what is told. */
export function gathered<Frame extends Numbered>(before: readonly Frame[], latest: readonly Frame[], most: number): Frame[] {
  const newest = before[0]?.number ?? Number.NEGATIVE_INFINITY
  // A server that was started anew counts from the beginning.
  const top = latest[0]?.number ?? newest
  if (top < newest) return latest.slice(0, most)
  return [...latest.filter(({ number }) => number > newest), ...before].slice(0, most)
}
