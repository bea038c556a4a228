import type { Tone } from '@/shared/tone'

/** One thing that happened to an account, whatever kept it. */
export interface Moment {
  key: string
  /** An instant, as the server sends it. */
  at: string
  kind: 'bill' | 'payment' | 'reading'
  title: string
  detail: string
  /** In fen; a charge is positive, what was paid negative. */
  amount: string | null
  state: string | null
  tone: Tone
  to: string | null
}

/** Newest first, as far as it has been fetched. */
export interface Source {
  moments: readonly Moment[]
  complete: boolean
}

function instant({ at }: Moment): number {
  return new Date(at).getTime()
}

/** Until when all sources are known: what lies further back may still have something before it. */
function horizon(sources: readonly Source[]): number {
  const ends = sources
    .filter(({ complete }) => !complete)
    .map(({ moments }) => {
      const last = moments.at(-1)
      return last ? instant(last) : Number.POSITIVE_INFINITY
    })
  return Math.max(Number.NEGATIVE_INFINITY, ...ends)
}

/**
 * Several lists, each read on by its own cursor, as one in the order of time. A moment shows only
 * once nothing unfetched can be newer.
 */
export function merged(sources: readonly Source[]): Moment[] {
  const from = horizon(sources)
  return sources
    .flatMap(({ moments }) => moments)
    .filter((moment) => instant(moment) >= from)
    .sort((a, b) => instant(b) - instant(a) || a.key.localeCompare(b.key))
}

/** Whose next page lets the list go on: those that end at the horizon. */
export function blocking(sources: readonly Source[]): number[] {
  const from = horizon(sources)
  return sources.flatMap(({ moments, complete }, place) => {
    const last = moments.at(-1)
    return !complete && (!last || instant(last) >= from) ? [place] : []
  })
}
