import { graphql } from '@/gql'

export const ROLES = graphql(`
  query RoleMatrix {
    roles {
      code
      name
      permissions
      shipped
      shippedPermissions
      retired
      holders
      openProposal {
        proposalId
      }
    }
    roleProposals {
      proposalId
      role
      kind
      name
      permissions
      reason
      proposedBy
      proposedAt
      state
      decidedBy
      decidedAt
      refusal
    }
    roleExclusions {
      one
      other
      reason
      inPerson
    }
  }
`)

export const DEFINE = graphql(`
  mutation ProposeRole($input: ProposeRoleInput!) {
    proposeRole(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const CHANGE = graphql(`
  mutation ProposeRoleChange($input: ProposeRoleChangeInput!) {
    proposeRoleChange(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const RETIRE = graphql(`
  mutation ProposeRoleRetirement($input: ProposeRoleRetirementInput!) {
    proposeRoleRetirement(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const APPROVE = graphql(`
  mutation ApproveRoleChange($input: ApproveRoleChangeInput!) {
    approveRoleChange(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

export const REFUSE = graphql(`
  mutation RefuseRoleChange($input: RefuseRoleChangeInput!) {
    refuseRoleChange(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)
