/** What articles are written in: a little of Markdown, read into pieces; never into HTML. */
export type Piece = { text: string; strong?: boolean; href?: string }
export type Block =
  | { kind: 'heading' | 'text'; pieces: Piece[] }
  | { kind: 'list'; ordered: boolean; items: Piece[][] }

const INLINE = /\*\*([^*]+)\*\*|\[([^\]]+)\]\((https?:\/\/[^\s)]+|tel:[\d-]+|\/m\/[^\s)]*)\)/g

function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = []
  let done = 0
  for (const match of line.matchAll(INLINE)) {
    if (match.index > done) pieces.push({ text: line.slice(done, match.index) })
    const [whole, strong, label, href] = match
    pieces.push(strong === undefined ? { text: label ?? '', href: href ?? '' } : { text: strong, strong: true })
    done = match.index + whole.length
  }
  if (done < line.length || pieces.length === 0) pieces.push({ text: line.slice(done) })
  return pieces
}

/** Lines that are nothing else are text, each on its own, as whoever wrote them sees them. */
export function blocksOf(body: string): Block[] {
  const blocks: Block[] = []
  for (const line of body.split(/\r?\n/)) {
    const text = line.trim()
    if (!text) continue
    const heading = /^#{1,6}\s+(.+)$/.exec(text)
    const item = /^(?:([-*])\s+|\d+(?:[.．]\s+|、\s*))(\S.*)$/.exec(text)
    if (heading) {
      blocks.push({ kind: 'heading', pieces: piecesOf(heading[1] ?? '') })
    } else if (item && !text.startsWith('**')) {
      const ordered = item[1] === undefined
      const last = blocks.at(-1)
      const pieces = piecesOf(item[2] ?? '')
      if (last?.kind === 'list' && last.ordered === ordered) last.items.push(pieces)
      else blocks.push({ kind: 'list', ordered, items: [pieces] })
    } else {
      blocks.push({ kind: 'text', pieces: piecesOf(text) })
    }
  }
  return blocks
}
