import { beforeEach, describe, expect, test } from 'vitest'
import type { FieldWorkItem } from '@/gql/graphql'
import type { FieldItem } from '@/m/staff/item'
import { settled } from '@/m/staff/item'
import type { FieldStore } from '@/m/staff/store'
import { sync, type Result, type Server } from '@/m/staff/sync'
import { RequestFault } from '@/shared/gqlFetch'

class Memory implements FieldStore {
  readonly kept = new Map<string, FieldItem>()
  readonly pictures = new Map<string, Blob>()

  async items(login: string) {
    const own = [...this.kept.values()].filter((item) => item.login === login)
    return own.sort((a, b) => a.doneAt.localeCompare(b.doneAt))
  }
  async put(item: FieldItem) {
    this.kept.set(item.itemId, structuredClone(item))
  }
  async remove(itemId: string) {
    this.kept.delete(itemId)
  }
  async putPicture(id: string, picture: Blob) {
    this.pictures.set(id, picture)
  }
  async picture(id: string) {
    return this.pictures.get(id) ?? null
  }
  async removePicture(id: string) {
    this.pictures.delete(id)
  }
  async putTasks() {}
  async tasks() {
    return null
  }
}

const gone = () => new RequestFault('network', 'NETWORK', 'gone')

/** Counts each name once, as the real one does, and can lose its answers. */
class Counting implements Server {
  readonly counted: string[] = []
  readonly uploads: Blob[] = []
  batches = 0
  loseAnswers = 0
  refusePictures = false

  async upload(picture: Blob) {
    if (this.refusePictures) throw new RequestFault('fault', 'PHOTO_UNREADABLE', 'no picture')
    this.uploads.push(picture)
    return `hash-${this.uploads.length}`
  }
  async send(items: FieldWorkItem[]): Promise<Result[]> {
    this.batches += 1
    const results = items.map(({ itemId }): Result => {
      if (!this.counted.includes(itemId)) this.counted.push(itemId)
      return { itemId, status: 'ACCEPTED', errors: [] }
    })
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1
      throw gone()
    }
    return results
  }
}

function reading(n: number, more: Partial<FieldItem> = {}): FieldItem {
  return {
    itemId: `item-${n}`,
    login: 'li',
    doneAt: `2026-11-28T08:${String(n).padStart(2, '0')}:00.000Z`,
    meterNo: `W-${n}`,
    place: '1 栋 101',
    work: { kind: 'reading', index: String(n), roundId: 'R', note: null },
    picture: `picture-${n}`,
    photo: null,
    answer: null,
    ...more,
  }
}

let store: Memory
let server: Counting

async function did(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await store.put(reading(n))
    await store.putPicture(`picture-${n}`, new Blob([String(n)]))
  }
}

beforeEach(() => {
  store = new Memory()
  server = new Counting()
})

describe('a day without a network', () => {
  test('is sent in its order, each piece once, with its picture', async () => {
    await did(45)
    await sync('li', store, server)
    expect(server.counted).toEqual(Array.from({ length: 45 }, (_, n) => `item-${n}`))
    expect(server.batches).toBe(3)
    expect(server.uploads).toHaveLength(45)
    expect([...store.kept.values()].every(settled)).toBe(true)
    expect(store.pictures.size, 'pictures that are sent are not kept').toBe(0)
  })

  test('whose answer is lost is sent again under the same names, pictures not twice', async () => {
    await did(3)
    server.loseAnswers = 2
    await expect(sync('li', store, server)).rejects.toThrow(RequestFault)
    await expect(sync('li', store, server)).rejects.toThrow(RequestFault)
    expect([...store.kept.values()].filter(({ answer }) => answer === null)).toHaveLength(3)
    await sync('li', store, server)
    expect(server.counted).toHaveLength(3)
    expect(server.uploads).toHaveLength(3)
    await sync('li', store, server)
    expect(server.batches, 'nothing is left to send').toBe(3)
  })

  test('that breaks off among the pictures loses none of them', async () => {
    await did(3)
    const { upload } = server
    let left = 1
    server.upload = async (picture) => {
      if (left === 0) throw gone()
      left -= 1
      return upload.call(server, picture)
    }
    await expect(sync('li', store, server)).rejects.toThrow(RequestFault)
    expect(server.batches).toBe(0)
    expect(store.pictures.size).toBe(3)
    server.upload = upload
    await sync('li', store, server)
    expect(server.uploads).toHaveLength(3)
    expect(server.counted).toHaveLength(3)
  })

  test('is sent in the name of who did it', async () => {
    await store.put(reading(1, { login: 'wang', picture: null }))
    await sync('li', store, server)
    expect(server.batches).toBe(0)
    await sync('wang', store, server)
    expect(server.counted).toEqual(['item-1'])
  })
})

describe('what the server makes of it', () => {
  test('a conflict and a refusal stay to be looked at; the rest is settled', async () => {
    await did(3)
    server.send = async () => [
      { itemId: 'item-0', status: 'HELD', errors: [] },
      { itemId: 'item-1', status: 'CONFLICT', existingIndex: '7', errors: [] },
      { itemId: 'item-2', status: 'REFUSED', errors: [{ message: '没有这块表' }] },
    ]
    await sync('li', store, server)
    const items = await store.items('li')
    expect(items.map(settled)).toEqual([true, false, false])
    expect(items[1]?.answer).toMatchObject({ status: 'CONFLICT', existingIndex: '7' })
    expect(items[2]?.answer?.message).toBe('没有这块表')
  })

  test('a picture it will not have holds nothing up', async () => {
    await did(2)
    server.refusePictures = true
    await sync('li', store, server)
    expect(server.counted).toHaveLength(2)
  })

  test('no answer at all ends it, for now', async () => {
    await did(1)
    server.send = async () => []
    await expect(sync('li', store, server)).rejects.toThrow('没有答复')
    expect([...store.kept.values()][0]?.answer).toBeNull()
  })

  test('pieces it does not answer for are sent again', async () => {
    await did(2)
    const send = server.send.bind(server)
    let first = true
    server.send = async (items) => {
      const results = await send(items)
      const some = first ? results.slice(0, 1) : results
      first = false
      return some
    }
    await sync('li', store, server)
    expect(server.counted).toEqual(['item-0', 'item-1'])
    expect([...store.kept.values()].every(settled)).toBe(true)
  })
})
