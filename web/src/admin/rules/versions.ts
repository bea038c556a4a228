import type { Tone } from '@/shared/tone'

interface Version {
  version: number
  /** Null for what held before any was published. */
  effectiveFrom?: string | null
}

/** The one that judges readings of a day. */
export function inForce<One extends Version>(versions: readonly One[], day: string): One | null {
  const begun = versions.filter(({ effectiveFrom }) => (effectiveFrom ?? '') <= day)
  return begun.reduce<One | null>((last, one) => (last && (last.effectiveFrom ?? '') >= (one.effectiveFrom ?? '') ? last : one), null)
}

export function standingOf(versions: readonly Version[], one: Version, day: string): { name: string; tone: Tone } {
  if ((one.effectiveFrom ?? '') > day) return { name: '还没生效', tone: 'warn' }
  return inForce(versions, day)?.version === one.version ? { name: '现行', tone: 'good' } : { name: '已被代替', tone: 'plain' }
}
