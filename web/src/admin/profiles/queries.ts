import { graphql } from '@/gql'

graphql(`
  fragment ProfileFields on ImportProfile {
    profileId
    version
    name
    kind
    format
    separator
    rowsAt
    encoding
    skipLines
    columns {
      field
      name
      number
      from
      length
    }
    skipRows {
      name
      number
      from
      length
      values
    }
    impliedDecimals
    units {
      unit
      factor
    }
  }
`)

export const PROFILES = graphql(`
  query ImportProfiles {
    importProfiles {
      ...ProfileFields
    }
  }
`)

export const PROFILE_VERSIONS = graphql(`
  query ProfileVersions($profileId: String!) {
    importProfileVersions(profileId: $profileId) {
      version
      publishedAt
      publishedBy
      profile {
        ...ProfileFields
      }
    }
  }
`)

export const PUBLISH_PROFILE = graphql(`
  mutation PublishProfile($input: PublishImportProfileInput!) {
    publishImportProfile(input: $input) {
      importProfile {
        profileId
        version
      }
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const RETIRE_PROFILE = graphql(`
  mutation RetireProfile($input: RetireImportProfileInput!) {
    retireImportProfile(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
