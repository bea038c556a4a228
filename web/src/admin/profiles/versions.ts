import type { ProfileVersionsQuery } from '@/gql/graphql'
import type { Entry } from '../ui/changes'
import { entriesOf, formOf } from './layout'

type Version = ProfileVersionsQuery['importProfileVersions'][number]

interface Step extends Pick<Version, 'version' | 'publishedAt' | 'publishedBy'> {
  after: Entry[]
  /** Null: there was none before it. */
  before: Entry[] | null
}

/** Each version with the one before it; they come newest first. */
export function steps(versions: readonly Version[]): Step[] {
  const said = versions.map(({ profile }) => entriesOf(formOf(profile)))
  return versions.map(({ version, publishedAt, publishedBy }, at) => ({
    version,
    publishedAt,
    publishedBy,
    after: said[at] ?? [],
    before: said[at + 1] ?? null,
  }))
}
