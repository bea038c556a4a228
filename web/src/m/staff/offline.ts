import { ref } from 'vue'

/** Whether the field pages are kept on this phone, so that they open without a network. */
const kept = ref(false)
/** Whether a newer version of them waits to be used. */
const newer = ref(false)

let registration: ServiceWorkerRegistration | null = null
let asked = false
let controlled = false
let started = false

function follow(worker: ServiceWorker | null): void {
  worker?.addEventListener('statechange', () => {
    if (worker.state === 'installed' && registration?.active) newer.value = true
    if (worker.state === 'activated') kept.value = true
  })
}

/** Another version answers from now on: at once where it was asked for, else when it suits. */
function replaced(): void {
  // The first worker takes an open page over without changing it.
  if (!controlled) controlled = true
  else if (asked) window.location.reload()
  else newer.value = true
}

/** Keeps the field pages on this phone. Where that cannot be, they need the network as before. */
export async function keepPages(): Promise<void> {
  if (started || !import.meta.env.PROD || !('serviceWorker' in navigator)) return
  started = true
  const { serviceWorker } = navigator
  controlled = serviceWorker.controller !== null
  try {
    registration = await serviceWorker.register('/m/sw.js', { scope: '/m/staff', updateViaCache: 'none' })
  } catch {
    started = false
    return
  }
  kept.value = registration.active !== null
  newer.value = registration.waiting !== null
  follow(registration.installing)
  registration.addEventListener('updatefound', () => follow(registration?.installing ?? null))
  serviceWorker.addEventListener('controllerchange', replaced)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') registration?.update().catch(() => undefined)
  })
  // What is not sent yet should not be cleared away when the phone runs short of space.
  void navigator.storage?.persist?.().catch(() => false)
}

function update(): void {
  asked = true
  if (registration?.waiting) registration.waiting.postMessage('take-over')
  else window.location.reload()
}

export function useOffline() {
  return { kept, newer, update }
}
