import { describe, expect, test } from 'vitest'
import { fromHex, leafHash, rootFrom, toHex, type Hash } from '@/shared/proof/merkle'
import { parseCheckpoint, verify } from '@/shared/proof/proof'

// Leaves and roots of the Certificate Transparency reference test data for RFC 6962.
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS: Record<number, string> = {
  1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  3: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  5: '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
}

function bytes(hex: string): Hash {
  const found = fromHex(hex)
  if (!found) throw new Error(`no hex: ${hex}`)
  return found
}

async function nodeHash(left: Hash, right: Hash): Promise<Hash> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from([1, ...left, ...right])))
}

/** MTH and PATH as RFC 6962, 2.1 and 2.1.1, write them: by recursion, unlike what is tested. */
async function tree(leaves: readonly Hash[]): Promise<Hash> {
  const [only] = leaves
  if (only && leaves.length === 1) return leafHash(only)
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return nodeHash(await tree(leaves.slice(0, k)), await tree(leaves.slice(k)))
}

async function pathOf(m: number, leaves: readonly Hash[]): Promise<Hash[]> {
  if (leaves.length === 1) return []
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return m < k
    ? [...(await pathOf(m, leaves.slice(0, k))), await tree(leaves.slice(k))]
    : [...(await pathOf(m - k, leaves.slice(k))), await tree(leaves.slice(0, k))]
}

describe('inclusion by RFC 6962', () => {
  const leaves = LEAVES.map(bytes)

  test('every leaf of the reference trees leads to their roots', async () => {
    for (const [size, root] of Object.entries(ROOTS)) {
      const some = leaves.slice(0, Number(size))
      for (const [index, leaf] of some.entries()) {
        const got = await rootFrom(await leafHash(leaf), BigInt(index), BigInt(size), await pathOf(index, some))
        expect(got && toHex(got), `leaf ${index} of ${size}`).toBe(root)
      }
    }
  })

  test('another place, another leaf, a longer or shorter path do not', async () => {
    const path = await pathOf(3, leaves)
    const right = ROOTS[8]
    const root = async (leaf: number, index: bigint, size: bigint, by: Hash[]) => {
      const got = await rootFrom(await leafHash(leaves[leaf] ?? bytes('')), index, size, by)
      return got && toHex(got)
    }
    expect(await root(3, 3n, 8n, path)).toBe(right)
    expect(await root(3, 2n, 8n, path)).not.toBe(right)
    expect(await root(4, 3n, 8n, path)).not.toBe(right)
    expect(await root(3, 3n, 8n, path.slice(1))).toBeNull()
    expect(await root(3, 3n, 8n, [...path, bytes('00'.repeat(32))])).toBeNull()
    expect(await root(3, 8n, 8n, path)).toBeNull()
    expect(await root(3, -1n, 8n, path)).toBeNull()
  })
})

const EVENT = ['meter', 'W-1', '0000000000000001', '7'.repeat(32), '8'.repeat(32), 'meter.read', '1.0.0']

function preimage(payload: string): string {
  const ascii = (text: string) => toHex(new TextEncoder().encode(text))
  const [kind = '', id = '', sequence = '', event = '', command = '', type = '', version = ''] = EVENT
  const fields = [
    ascii('chaobiao-event-1'),
    ascii(kind),
    ascii(id),
    sequence,
    event,
    command,
    ascii(type),
    ascii(version),
    '000642ad4a3d0000',
    ascii(payload),
    ascii('{}'),
    '09'.repeat(16),
  ]
  return fields.map((hex) => (hex.length / 2).toString(16).padStart(16, '0') + hex).join('')
}

async function proofOf(payload: string) {
  const mine = preimage(payload)
  const others = ['00', '11', '22'].map(bytes)
  const leaves = [others[0]!, bytes(mine), others[1]!, others[2]!]
  const root = btoa(String.fromCharCode(...(await tree(leaves))))
  const checkpoint = `log.example/1\n4\n${root}\n\n— log.example/1 AAAA\n`
  const path = (await pathOf(1, leaves)).map(toHex)
  return { version: 1, leaf_index: 1, preimage: mine, path, checkpoint }
}

describe('a proof file', () => {
  test('that fits shows its event and that its head is the published one', async () => {
    const proof = await proofOf('{"index":"12"}')
    expect(await verify(JSON.stringify(proof), proof.checkpoint)).toMatchObject({
      kind: 'proven',
      published: 'same',
      treeSize: '4',
      event: { stream: 'meter/W-1', eventType: 'meter.read', payload: '{"index":"12"}', sequence: 1n },
    })
    const grown = proof.checkpoint.replace('\n4\n', '\n9\n')
    expect(await verify(JSON.stringify(proof), grown)).toMatchObject({ published: 'older' })
    expect(await verify(JSON.stringify(proof), null)).toMatchObject({ published: 'unknown' })
  })

  test('whose event was altered fails', async () => {
    const proof = await proofOf('{"index":"12"}')
    const altered = { ...proof, preimage: preimage('{"index":"13"}') }
    expect(await verify(JSON.stringify(altered), proof.checkpoint)).toMatchObject({ kind: 'failed' })
  })

  test('whose head contradicts the published one fails', async () => {
    const proof = await proofOf('{}')
    const other = `log.example/1\n4\n${btoa('x'.repeat(32))}\n`
    expect(await verify(JSON.stringify(proof), other)).toMatchObject({ kind: 'failed' })
    const shorter = proof.checkpoint.replace('\n4\n', '\n3\n')
    expect(await verify(JSON.stringify(proof), shorter)).toMatchObject({ kind: 'failed' })
    const foreign = proof.checkpoint.replaceAll('log.example/1', 'log.example/2')
    expect(await verify(JSON.stringify(proof), foreign)).toMatchObject({ kind: 'failed' })
  })

  test('that is malformed fails, whatever is wrong with it', async () => {
    const proof = await proofOf('{}')
    const broken: unknown[] = [
      { ...proof, version: 2 },
      { ...proof, leaf_index: -1 },
      { ...proof, leaf_index: 4 },
      { ...proof, preimage: `${proof.preimage}00` },
      { ...proof, preimage: 'zz' },
      { ...proof, path: ['00'] },
      { ...proof, checkpoint: 'log.example/1\nmany\n' },
      [],
    ]
    for (const one of broken) {
      expect(await verify(JSON.stringify(one), null), JSON.stringify(one)).toMatchObject({ kind: 'failed' })
    }
    expect(await verify('{', null)).toMatchObject({ kind: 'failed' })
  })

  test('a checkpoint is read by its first three lines', () => {
    const root = btoa('r'.repeat(32))
    expect(parseCheckpoint(`a/log\n133522\n${root}\n\n— a/log x\n`)).toMatchObject({ origin: 'a/log', size: 133522n })
    expect(parseCheckpoint(`a/log\n01\n${root}\n`)).toBeNull()
    expect(parseCheckpoint('a/log\n1\nshort\n')).toBeNull()
  })
})
