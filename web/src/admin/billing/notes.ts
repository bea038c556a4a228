import type { NoteKind } from '@/gql/graphql'

export const NOTE_KIND: Record<NoteKind, string> = { CREDIT: '调减', DEBIT: '调增' }
