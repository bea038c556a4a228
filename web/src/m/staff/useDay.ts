import { useQuery } from '@tanstack/vue-query'
import { computed, onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import { useSession } from '@/shared/session'
import { keptDay, loadDay, nextTask, type Day } from './tasks'
import { useField } from './useField'

/** Today's walk of whoever is logged in, less what was done on this phone already. */
export function useDay() {
  const { person } = useSession()
  const field = useField()
  const query = useQuery({
    queryKey: computed(() => ['field-day', person.value]),
    queryFn: () => loadDay(person.value),
    enabled: () => person.value !== '',
    retry: false,
  })
  /** What was fetched last is shown while the network is tried. */
  const kept = shallowRef<Day | null>(null)
  const day = computed(() => query.data.value?.day ?? kept.value)
  async function bringHome(): Promise<void> {
    await field.reload(person.value)
    if (field.waiting.value.length > 0) await field.syncNow(person.value)
  }
  watch(
    person,
    (login) => {
      if (!login) return
      void keptDay(login).then((found) => {
        if (person.value === login) kept.value = found
      })
      void bringHome()
    },
    { immediate: true },
  )
  onMounted(() => window.addEventListener('online', bringHome))
  onBeforeUnmount(() => window.removeEventListener('online', bringHome))
  watch(field.rounds, () => void query.refetch())
  const done = computed(() => new Set(field.items.value.filter(({ work }) => work.kind === 'reading').map(({ meterNo }) => meterNo)))
  return {
    /** Where to go from this meter; null where the walk is done, or was not on it. */
    after(meterNo: string): string | null {
      const touched = new Set(field.items.value.map((item) => item.meterNo))
      return nextTask(day.value?.tasks ?? [], meterNo, touched)?.meterNo ?? null
    },
    login: person,
    query,
    field,
    day,
    /** The network is gone, and this is what was fetched before. */
    stale: computed(() => (query.data.value?.fault ?? null) !== null),
    left: computed(() => (day.value?.tasks ?? []).filter(({ meterNo }) => !done.value.has(meterNo))),
  }
}
