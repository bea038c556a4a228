import { fromHex, leafHash, rootFrom, sameHash, toHex, type Hash } from './merkle'

/** The signed head of the log: which log, how many events, and the root over them. */
export interface Checkpoint {
  origin: string
  size: bigint
  root: Hash
}

/** An event as its leaf hash is taken over it. */
export interface ProvenEvent {
  stream: string
  sequence: bigint
  eventId: string
  eventType: string
  eventVersion: string
  recordedAt: string
  payload: string
  metadata: string
}

export type Verdict =
  | { kind: 'proven'; event: ProvenEvent; leafIndex: string; treeSize: string; root: string; published: Published }
  | { kind: 'failed'; why: string }

/** How the head of the proof stands to the one that is published now. */
export type Published = 'same' | 'older' | 'unknown'

const FORMAT = 'chaobiao-event-1'
const FIELDS = 12

function base64(text: string): Hash | null {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
  } catch {
    return null
  }
}

/** The first three lines of a C2SP tlog checkpoint. */
export function parseCheckpoint(note: string): Checkpoint | null {
  const [origin, size, root] = note.split('\n')
  if (!origin || !size || !/^(0|[1-9]\d*)$/.test(size)) return null
  const hash = base64(root ?? '')
  return hash?.length === 32 ? { origin, size: BigInt(size), root: hash } : null
}

function split(preimage: Uint8Array): Uint8Array[] | null {
  const fields: Uint8Array[] = []
  const view = new DataView(preimage.buffer, preimage.byteOffset, preimage.byteLength)
  let at = 0
  while (at < preimage.length) {
    if (at + 8 > preimage.length) return null
    const length = view.getBigUint64(at)
    at += 8
    if (length > BigInt(preimage.length - at)) return null
    fields.push(preimage.subarray(at, at + Number(length)))
    at += Number(length)
  }
  return fields.length === FIELDS ? fields : null
}

function int64(bytes: Uint8Array): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(0)
}

function uuid(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Reads what the log hashed: fields in a fixed order, each behind its length. */
export function parseEvent(preimage: Uint8Array): ProvenEvent | null {
  const fields = split(preimage)
  if (!fields) return null
  const text = fields.map((field) => new TextDecoder().decode(field))
  const [sequence, recordedAt] = [fields[3], fields[8]]
  if (text[0] !== FORMAT || sequence?.length !== 8 || recordedAt?.length !== 8) return null
  return {
    stream: `${text[1]}/${text[2]}`,
    sequence: int64(sequence),
    eventId: uuid(fields[4] ?? new Uint8Array()),
    eventType: text[6] ?? '',
    eventVersion: text[7] ?? '',
    recordedAt: new Date(Number(int64(recordedAt) / 1000n)).toISOString(),
    payload: text[9] ?? '',
    metadata: text[10] ?? '',
  }
}

interface ProofFile {
  version: number
  leaf_index: number
  preimage: string
  path: string[]
  checkpoint: string
}

function parseFile(text: string): ProofFile | null {
  try {
    const file = JSON.parse(text) as Partial<ProofFile>
    const whole =
      file.version === 1 &&
      Number.isSafeInteger(file.leaf_index) &&
      typeof file.preimage === 'string' &&
      typeof file.checkpoint === 'string' &&
      Array.isArray(file.path) &&
      file.path.every((one) => typeof one === 'string')
    return whole ? (file as ProofFile) : null
  } catch {
    return null
  }
}

function standing(head: Checkpoint, published: string | null): Published | null {
  const now = published === null ? null : parseCheckpoint(published)
  if (!now) return 'unknown'
  if (now.origin !== head.origin) return null
  if (now.size > head.size) return 'older'
  return now.size === head.size && sameHash(now.root, head.root) ? 'same' : null
}

/**
 * Computes the root from the event and the path and compares it with the signed head, without
 * believing the server's word for it. `published` is the head as anybody can fetch it.
 */
export async function verify(text: string, published: string | null): Promise<Verdict> {
  const failed = (why: string): Verdict => ({ kind: 'failed', why })
  const file = parseFile(text)
  if (!file) return failed('证明文件的格式不对')
  const head = parseCheckpoint(file.checkpoint)
  if (!head) return failed('检查点的格式不对')
  const preimage = fromHex(file.preimage)
  const path = file.path.map(fromHex)
  if (!preimage || path.some((hash) => hash?.length !== 32)) return failed('证明文件的格式不对')
  const event = parseEvent(preimage)
  if (!event) return failed('事件内容的格式不对')
  const hashes = path.filter((hash): hash is Hash => hash !== null)
  const root = await rootFrom(await leafHash(preimage), BigInt(file.leaf_index), head.size, hashes)
  if (!root || !sameHash(root, head.root)) return failed('由事件算出的根与检查点不一致：事件或证明被改过')
  const stands = standing(head, published)
  if (stands === null) return failed('证明中的检查点与公布的检查点矛盾')
  return {
    kind: 'proven',
    event,
    leafIndex: String(file.leaf_index),
    treeSize: head.size.toString(),
    root: toHex(root),
    published: stands,
  }
}

/** The head as published; null where it cannot be fetched. */
export async function fetchPublished(): Promise<string | null> {
  try {
    const response = await fetch('/log/checkpoint')
    return response.ok ? await response.text() : null
  } catch {
    return null
  }
}
