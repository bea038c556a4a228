/**
 * What `graphql(…)` is in the built pages: the text as written. Its types come from the generated
 * `@/gql`, whose table of every query would otherwise be part of every page.
 */
export const graphql = (text: string): string => text
