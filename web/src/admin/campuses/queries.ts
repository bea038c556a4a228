import { graphql } from '@/gql'
import type { CampusListQuery } from '@/gql/graphql'
import { request } from '@/shared/gqlFetch'

const CAMPUSES = graphql(`
  query CampusList {
    campuses {
      campusId
      name
      contact
      officeHours {
        from
        to
      }
    }
    campusOffices {
      campusId
      place
      personInCharge
      contact
    }
  }
`)

export type CampusRow = CampusListQuery['campuses'][number] & {
  /** Where the office is and whom to ask there; null until somebody has said so. */
  office: CampusListQuery['campusOffices'][number] | null
}

export async function campusRows(): Promise<CampusRow[]> {
  const { campuses, campusOffices } = await request(CAMPUSES, {})
  return campuses.map((one) => ({ ...one, office: campusOffices.find(({ campusId }) => campusId === one.campusId) ?? null }))
}
