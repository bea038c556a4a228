import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The network between a phone and the server: it can be cut, and show another build of a file. */
export interface Line {
  url: string
  cut(): void
  mend(): void
  /** From now on the answers under `path` read differently. */
  rewrite(path: string, change: (text: string) => string): void
  close(): Promise<void>
}

export async function line(to: string): Promise<Line> {
  const target = new URL(to)
  const changes = new Map<string, (text: string) => string>()
  let broken = false

  function pass(asked: IncomingMessage, answer: ServerResponse): void {
    if (broken) return void asked.socket.destroy()
    const path = asked.url ?? '/'
    const change = changes.get(path)
    const headers = { ...asked.headers }
    // What is rewritten is asked for whole and unpacked.
    if (change) for (const name of ['accept-encoding', 'if-none-match']) delete headers[name]
    const { hostname, port } = target
    const sent = request({ hostname, port, path, method: asked.method, headers }, (given) => {
      if (broken) return void asked.socket.destroy()
      if (!change) {
        answer.writeHead(given.statusCode ?? 502, given.headers)
        return void given.pipe(answer)
      }
      const parts: Buffer[] = []
      given.on('data', (part: Buffer) => parts.push(part))
      given.on('end', () => {
        const { 'content-length': _length, etag: _tag, ...rest } = given.headers
        answer.writeHead(given.statusCode ?? 502, rest)
        answer.end(change(Buffer.concat(parts).toString('utf8')))
      })
    })
    sent.on('error', () => asked.socket.destroy())
    asked.pipe(sent)
  }

  const server = createServer(pass)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    cut() {
      broken = true
      server.closeAllConnections()
    },
    mend() {
      broken = false
    },
    rewrite(path, change) {
      changes.set(path, change)
    },
    close() {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}
