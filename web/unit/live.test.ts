import { beforeEach, expect, test } from 'vitest'
import { LiveLine, type Wire } from '../src/shared/live'

class FakeWire implements Wire {
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null
  readonly sent: { type: string; id?: string; payload?: unknown }[] = []
  closed = false

  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }

  close(): void {
    this.closed = true
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  begin(): this {
    this.onopen?.()
    this.say({ type: 'connection_ack' })
    return this
  }
}

let wires: FakeWire[] = []
let waits: number[] = []
let due: (() => void)[] = []
let line: LiveLine

beforeEach(() => {
  wires = []
  waits = []
  due = []
  const open = () => {
    wires.push(new FakeWire())
    return wires.at(-1)!
  }
  line = new LiveLine(open, (work, ms) => {
    waits.push(ms)
    due.push(work)
  })
})

test('it subscribes after the server has acknowledged, and hands on what comes', () => {
  const heard: unknown[] = []
  line.listen('subscription { a }', { x: 1 }, (data) => heard.push(data))
  const [wire] = wires
  wire!.onopen?.()
  expect(wire!.sent).toEqual([{ type: 'connection_init' }])
  wire!.say({ type: 'connection_ack' })
  expect(wire!.sent[1]).toEqual({ type: 'subscribe', id: '1', payload: { query: 'subscription { a }', variables: { x: 1 } } })
  wire!.say({ type: 'next', id: '1', payload: { data: { a: 1 } } })
  wire!.say({ type: 'ping' })
  expect(heard).toEqual([{ a: 1 }])
  expect(wire!.sent.at(-1)).toEqual({ type: 'pong' })
})

test('one connection serves all; the last who leaves closes it', () => {
  const first = line.listen('subscription { a }', {}, () => undefined)
  wires[0]!.begin()
  const second = line.listen('subscription { b }', {}, () => undefined)
  expect(wires).toHaveLength(1)
  first()
  expect(wires[0]!.closed).toBe(false)
  expect(wires[0]!.sent.at(-1)).toEqual({ type: 'complete', id: '1' })
  second()
  expect(wires[0]!.closed).toBe(true)
  wires[0]!.onclose?.({ code: 1000 })
  expect(due).toEqual([])
})

test('lost, it comes back more and more slowly, and asks for everything anew', () => {
  line.listen('subscription { a }', {}, () => undefined)
  wires[0]!.begin()
  for (let round = 0; round < 9; round += 1) {
    wires.at(-1)!.onclose?.({ code: 1006 })
    due.at(-1)!()
  }
  expect(waits[1]!).toBeGreaterThan(waits[0]! * 0.9)
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000)
  expect(waits.at(-1)!).toBeGreaterThanOrEqual(30_000)
  const back = wires.at(-1)!.begin()
  expect(back.sent.map(({ type }) => type)).toEqual(['connection_init', 'subscribe'])
  back.onclose?.({ code: 1006 })
  expect(waits.at(-1)!).toBeLessThanOrEqual(1000)
})

test('refused, it does not ask again; whoever is refused one thing keeps the others', () => {
  const heard: unknown[] = []
  line.listen('subscription { secret }', {}, (data) => heard.push(data))
  line.listen('subscription { a }', {}, (data) => heard.push(data))
  const wire = wires[0]!.begin()
  wire.say({ type: 'error', id: '1', payload: { errors: [] } })
  wire.say({ type: 'next', id: '1', payload: { data: { secret: 1 } } })
  wire.say({ type: 'next', id: '2', payload: { data: { a: 1 } } })
  expect(heard).toEqual([{ a: 1 }])
  wire.onclose?.({ code: 4401 })
  expect(due).toEqual([])
})

test('back again, it says what it has heard last, so that it is not told twice', () => {
  line.listen('subscription { a }', {}, () => undefined)
  const first = wires[0]!.begin()
  const next = (cursor: string) => ({ type: 'next', id: '1', payload: { data: { a: 1 }, extensions: { cursor } } })
  first.say(next('c1'))
  first.say(next('c2'))
  first.onclose?.({ code: 1006 })
  due.at(-1)!()
  const back = wires.at(-1)!.begin()
  expect(back.sent.at(-1)).toEqual({
    type: 'subscribe',
    id: '1',
    payload: { query: 'subscription { a }', variables: {}, extensions: { after: 'c2' } },
  })
})
