import { expect, test } from 'vitest'
import { samples } from '@/admin/audit/metrics'

const TEXT = `# TYPE chaobiao_consumer_lag_seconds gauge
chaobiao_consumer_lag_seconds{consumer="bills"} 0
chaobiao_consumer_lag_seconds{consumer="policy:outages",side="live"} 12.5
chaobiao_consumer_lag_seconds_count 3
up 1
`

test('the samples of one metric are read with their labels, and no others', () => {
  expect(samples(TEXT, 'chaobiao_consumer_lag_seconds')).toEqual([
    { labels: { consumer: 'bills' }, value: 0 },
    { labels: { consumer: 'policy:outages', side: 'live' }, value: 12.5 },
  ])
  expect(samples(TEXT, 'up')).toEqual([{ labels: {}, value: 1 }])
  expect(samples('<html>', 'up')).toEqual([])
})
