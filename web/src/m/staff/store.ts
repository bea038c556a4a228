import type { FieldItem } from './item'

/** The phone's own memory: work not sent yet, its pictures, and the day's tasks. */
export interface FieldStore {
  items(login: string): Promise<FieldItem[]>
  put(item: FieldItem): Promise<void>
  remove(itemId: string): Promise<void>
  putPicture(id: string, picture: Blob): Promise<void>
  picture(id: string): Promise<Blob | null>
  removePicture(id: string): Promise<void>
  putTasks(login: string, tasks: unknown): Promise<void>
  tasks(login: string): Promise<unknown>
}

const NAME = 'chaobiao-field'
const VERSION = 1

function answered<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('IndexedDB'))
  })
}

function written(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    const fail = () => reject(transaction.error ?? new Error('IndexedDB'))
    transaction.onerror = fail
    transaction.onabort = fail
  })
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, VERSION)
  request.onupgradeneeded = () => {
    const database = request.result
    database.createObjectStore('items', { keyPath: 'itemId' }).createIndex('login', 'login')
    database.createObjectStore('pictures')
    database.createObjectStore('tasks')
  }
  return answered(request)
}

/** Pictures are kept as bytes: some phones lose what a stored Blob refers to. */
interface Picture {
  type: string
  bytes: ArrayBuffer
}

class PhoneStore implements FieldStore {
  private readonly database: IDBDatabase

  constructor(database: IDBDatabase) {
    this.database = database
  }

  private read<Result>(store: string, ask: (from: IDBObjectStore) => IDBRequest<Result>): Promise<Result> {
    return answered(ask(this.database.transaction(store).objectStore(store)))
  }

  private async write(store: string, change: (to: IDBObjectStore) => void): Promise<void> {
    const transaction = this.database.transaction(store, 'readwrite', { durability: 'strict' })
    const done = written(transaction)
    change(transaction.objectStore(store))
    await done
  }

  async items(login: string): Promise<FieldItem[]> {
    const items = await this.read('items', (from) => from.index('login').getAll(login) as IDBRequest<FieldItem[]>)
    return items.sort((a, b) => a.doneAt.localeCompare(b.doneAt))
  }

  put(item: FieldItem): Promise<void> {
    return this.write('items', (to) => to.put(item))
  }

  remove(itemId: string): Promise<void> {
    return this.write('items', (to) => to.delete(itemId))
  }

  async putPicture(id: string, picture: Blob): Promise<void> {
    const kept: Picture = { type: picture.type, bytes: await picture.arrayBuffer() }
    await this.write('pictures', (to) => to.put(kept, id))
  }

  async picture(id: string): Promise<Blob | null> {
    const kept = await this.read('pictures', (from) => from.get(id) as IDBRequest<Picture | undefined>)
    return kept ? new Blob([kept.bytes], { type: kept.type }) : null
  }

  removePicture(id: string): Promise<void> {
    return this.write('pictures', (to) => to.delete(id))
  }

  putTasks(login: string, tasks: unknown): Promise<void> {
    return this.write('tasks', (to) => to.put(tasks, login))
  }

  tasks(login: string): Promise<unknown> {
    return this.read('tasks', (from) => from.get(login) as IDBRequest<unknown>)
  }
}

let opened: Promise<FieldStore> | null = null

export function fieldStore(): Promise<FieldStore> {
  opened ??= open().then((database) => new PhoneStore(database))
  return opened
}
