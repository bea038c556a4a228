import type { FieldWorkItem, FieldWorkStatus } from '@/gql/graphql'
import { RequestFault } from '@/shared/gqlFetch'
import { isRefusedPicture } from '@/shared/photo'
import type { FieldItem } from './item'
import type { FieldStore } from './store'

export interface Server {
  /** Stores a picture and says what it is called. */
  upload(picture: Blob): Promise<string>
  send(items: FieldWorkItem[]): Promise<Result[]>
}

export interface Result {
  itemId: string
  status: FieldWorkStatus
  existingIndex?: string | null
  errors: readonly { message: string }[]
}

/** A batch cut short is sent again whole, so it stays small. */
const BATCH = 20

function asSent(item: FieldItem): FieldWorkItem {
  const { itemId, doneAt, meterNo, photo, work } = item
  switch (work.kind) {
    case 'reading': {
      // Work kept by an older page has no registers.
      const { index, roundId, note, rates = [] } = work
      return { itemId, doneAt, work: { reading: { meterNo, index, photo, roundId, note, rates } } }
    }
    case 'visit': {
      const { roundId, reasonCode, note, leftNote = null } = work
      return { itemId, doneAt, work: { visit: { roundId, meterNo, reasonCode, note, leftNote } } }
    }
    case 'fault':
      return { itemId, doneAt, work: { fault: { meterNo, description: work.description, photo } } }
  }
}

/**
 * The picture goes first. Where the server will not have it, the work goes without, and the server
 * says what that means; where the network is gone, it waits.
 */
async function withPhoto(item: FieldItem, store: FieldStore, server: Server): Promise<FieldItem> {
  if (item.picture === null || item.photo !== null) return item
  const picture = await store.picture(item.picture)
  if (!picture) return item
  try {
    const sent = { ...item, photo: await server.upload(picture) }
    await store.put(sent)
    return sent
  } catch (error) {
    if (isRefusedPicture(error)) return item
    throw error
  }
}

async function keepAnswer(item: FieldItem, result: Result, store: FieldStore): Promise<void> {
  const message = result.errors.map((one) => one.message).join('；')
  const answer = { status: result.status, existingIndex: result.existingIndex ?? null, message }
  await store.put({ ...item, answer })
  if (item.picture !== null) await store.removePicture(item.picture)
}

/**
 * Sends whatever waits, in the order it was done. It may break off anywhere: what was not answered
 * for is sent again under the same name, and the server answers it without doing it twice.
 */
export async function sync(login: string, store: FieldStore, server: Server): Promise<void> {
  for (;;) {
    const waiting = (await store.items(login)).filter(({ answer }) => answer === null).slice(0, BATCH)
    if (waiting.length === 0) return
    const batch: FieldItem[] = []
    for (const item of waiting) batch.push(await withPhoto(item, store, server))
    const results = new Map((await server.send(batch.map(asSent))).map((one) => [one.itemId, one]))
    let answered = 0
    for (const item of batch) {
      const result = results.get(item.itemId)
      if (!result) continue
      await keepAnswer(item, result, store)
      answered += 1
    }
    // A server that answers for none of them would be asked for ever.
    if (answered === 0) throw new RequestFault('fault', 'UNANSWERED', '服务器没有答复，请稍后再同步。')
  }
}
