import { computed, ref, shallowRef } from 'vue'
import { graphql } from '@/gql'
import { request } from '@/shared/gqlFetch'
import { freshKey } from '@/shared/idempotency'
import { upload } from '@/shared/photo'
import { faultSentence } from '@/shared/refusal'
import { settled, type FieldItem, type Work } from './item'
import { fieldStore } from './store'
import { sync, type Server } from './sync'

const SYNC = graphql(`
  mutation SyncFieldWork($input: SyncFieldWorkInput!) {
    syncFieldWork(input: $input) {
      results {
        itemId
        status
        existingIndex
        errors {
          message
        }
      }
    }
  }
`)

const server: Server = {
  upload,
  send: async (items) => (await request(SYNC, { input: { items } })).syncFieldWork.results,
}

const LOCK = 'chaobiao-field-sync'

const items = shallowRef<readonly FieldItem[]>([])
const syncing = ref(false)
const trouble = ref('')
/** Grows with every round of sending, so that pages ask anew what is left to do. */
const rounds = ref(0)

async function reload(login: string): Promise<void> {
  items.value = await (await fieldStore()).items(login)
}

/** One tab at a time sends; where the browser has no locks, the server tells repeats apart. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return work()
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock) await work()
  })
}

async function syncNow(login: string): Promise<void> {
  if (syncing.value || !login) return
  syncing.value = true
  trouble.value = ''
  try {
    const store = await fieldStore()
    await alone(() => sync(login, store, server))
  } catch (error) {
    trouble.value = faultSentence(error)
  } finally {
    await reload(login)
    rounds.value += 1
    syncing.value = false
  }
}

interface Done {
  login: string
  meterNo: string
  place: string
  picture: string | null
  work: Work
}

/** On the phone first: from here on nothing is lost, whatever the network does. */
async function save(done: Done): Promise<void> {
  const item: FieldItem = { ...done, itemId: freshKey(), doneAt: new Date().toISOString(), photo: null, answer: null }
  await (await fieldStore()).put(item)
  await reload(done.login)
  void syncNow(done.login)
}

async function savePicture(picture: Blob): Promise<string> {
  const id = freshKey()
  await (await fieldStore()).putPicture(id, picture)
  return id
}

async function dismiss(item: FieldItem): Promise<void> {
  const store = await fieldStore()
  await store.remove(item.itemId)
  if (item.picture !== null) await store.removePicture(item.picture)
  await reload(item.login)
}

/** What was answered for and needs nobody's look goes when the day's list is put away. */
async function tidy(login: string): Promise<void> {
  const store = await fieldStore()
  for (const item of await store.items(login)) if (settled(item)) await store.remove(item.itemId)
  await reload(login)
}

export function useField() {
  return {
    items,
    syncing,
    trouble,
    rounds,
    waiting: computed(() => items.value.filter(({ answer }) => answer === null)),
    problems: computed(() => items.value.filter((item) => item.answer !== null && !settled(item))),
    reload,
    syncNow,
    save,
    savePicture,
    dismiss,
    tidy,
  }
}
