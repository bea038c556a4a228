import { expect, test } from 'vitest'
import { graphql, withFragments } from '../src/shared/queryText'

test('a query goes out with the fragments it names, each once, and no others', () => {
  graphql('fragment Deep on Bill { total }')
  graphql('fragment Unused on Bill { dueOn }')
  graphql('\n  fragment Parts on Run { month bills { ...Deep } }\n')
  const query = graphql('query Both { a { ...Parts } b { ...Parts ...Deep ... on Run { month } } }')
  const sent = withFragments(query)
  expect(sent.startsWith(query)).toBe(true)
  expect(sent.match(/fragment Parts on/g)).toHaveLength(1)
  expect(sent.match(/fragment Deep on/g)).toHaveLength(1)
  expect(sent).not.toContain('Unused')
})

test('a query without fragments goes out as it is written', () => {
  expect(withFragments('{ me { kind } }')).toBe('{ me { kind } }')
})
