/** Hashes of a Merkle tree as RFC 6962, 2.1, computed by the browser itself. */

export type Hash = Uint8Array<ArrayBuffer>

const LEAF = 0
const NODE = 1

async function sha256(prefix: number, ...parts: readonly Uint8Array[]): Promise<Hash> {
  const bytes = new Uint8Array(1 + parts.reduce((sum, part) => sum + part.length, 0))
  bytes[0] = prefix
  let at = 1
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

export function leafHash(preimage: Uint8Array): Promise<Hash> {
  return sha256(LEAF, preimage)
}

export function sameHash(a: Hash, b: Hash): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/**
 * The root that a leaf at `index` of `size` has with this path (RFC 9162, 2.1.3.2); null where the
 * path is too long or too short for the place.
 */
export async function rootFrom(
  leaf: Hash,
  index: bigint,
  size: bigint,
  path: readonly Hash[],
): Promise<Hash | null> {
  if (index < 0n || index >= size) return null
  let place = index
  let last = size - 1n
  let root = leaf
  for (const hash of path) {
    if (last === 0n) return null
    if ((place & 1n) === 1n || place === last) {
      root = await sha256(NODE, hash, root)
      while (place !== 0n && (place & 1n) === 0n) {
        place >>= 1n
        last >>= 1n
      }
    } else {
      root = await sha256(NODE, root, hash)
    }
    place >>= 1n
    last >>= 1n
  }
  return last === 0n ? root : null
}

const HEX = /^(?:[0-9a-f]{2})*$/

export function fromHex(text: string): Hash | null {
  if (!HEX.test(text)) return null
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16))
}

export function toHex(hash: Uint8Array): string {
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
