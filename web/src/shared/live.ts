/** What of a WebSocket is used here. */
export interface Wire {
  onopen: (() => void) | null
  onmessage: ((event: { data: string }) => void) | null
  onclose: ((event: { code: number }) => void) | null
  send(text: string): void
  close(): void
}

interface Topic {
  query: string
  variables: object
  news: (data: unknown) => void
  /** What the last answer was, as the server names it. */
  cursor?: string
}

interface Said {
  type: string
  id?: string
  payload?: { data?: unknown; errors?: unknown; extensions?: { cursor?: string } }
}

const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 60_000
/** Nobody is logged in, or may not listen: asking again would change nothing. */
const REFUSED = new Set([4401, 4403])

/**
 * One connection for all that a page listens to, by graphql-transport-ws. It comes back by itself,
 * ever more slowly while the server is away, and then asks for everything anew: each subscription
 * begins with how things are now, unless that is what it had said last, so nothing is missed and
 * nothing told twice.
 */
export class LiveLine {
  private readonly open: () => Wire
  private readonly later: (work: () => void, ms: number) => void
  private readonly topics = new Map<string, Topic>()
  private wire: Wire | null = null
  private acknowledged = false
  private count = 0
  private failures = 0

  constructor(open: () => Wire, later: (work: () => void, ms: number) => void) {
    this.open = open
    this.later = later
  }

  /** Until the returned function is called. */
  listen(query: string, variables: object, news: (data: unknown) => void): () => void {
    this.count += 1
    const id = String(this.count)
    const topic = { query, variables, news }
    this.topics.set(id, topic)
    if (this.acknowledged) this.subscribe(id, topic)
    else this.connect()
    return () => this.stop(id)
  }

  /** Goes on at once, such as when the network is back. */
  connect(): void {
    if (this.wire || this.topics.size === 0) return
    const wire = this.open()
    this.wire = wire
    wire.onopen = () => wire.send(JSON.stringify({ type: 'connection_init' }))
    wire.onmessage = ({ data }) => this.hear(JSON.parse(data) as Said)
    wire.onclose = ({ code }) => this.lost(wire, code)
  }

  private subscribe(id: string, { query, variables, cursor }: Topic): void {
    const extensions = cursor === undefined ? undefined : { after: cursor }
    this.wire?.send(JSON.stringify({ type: 'subscribe', id, payload: { query, variables, extensions } }))
  }

  private stop(id: string): void {
    if (!this.topics.delete(id)) return
    if (this.acknowledged) this.wire?.send(JSON.stringify({ type: 'complete', id }))
    if (this.topics.size > 0) return
    const { wire } = this
    this.wire = null
    this.acknowledged = false
    wire?.close()
  }

  private hear({ type, id = '', payload }: Said): void {
    switch (type) {
      case 'connection_ack':
        this.acknowledged = true
        this.failures = 0
        for (const [one, topic] of this.topics) this.subscribe(one, topic)
        break
      case 'ping':
        this.wire?.send(JSON.stringify({ type: 'pong' }))
        break
      case 'next':
        this.tell(id, payload)
        break
      case 'error':
      case 'complete':
        this.topics.delete(id)
        break
    }
  }

  private tell(id: string, payload: Said['payload']): void {
    const topic = this.topics.get(id)
    if (!topic || !payload?.data || payload.errors) return
    topic.cursor = payload.extensions?.cursor
    topic.news(payload.data)
  }

  private lost(wire: Wire, code: number): void {
    if (this.wire !== wire) return
    this.wire = null
    this.acknowledged = false
    if (REFUSED.has(code) || this.topics.size === 0) return
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures)
    this.failures += 1
    // Not all at once, when a server comes back.
    this.later(() => this.connect(), wait * (0.5 + Math.random() / 2))
  }
}
