import { shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export interface FilterField {
  key: string
  label: string
  kind: 'text' | 'select' | 'date' | 'month' | 'check'
  options?: readonly { value: string; label: string }[]
  placeholder?: string
}

/** The options of an enum by its words; first the one for all of them. */
export function optionsOf(words: Record<string, string>, all: string | null = '全部') {
  const options = Object.entries(words).map(([value, label]) => ({ value, label }))
  return all === null ? options : [{ value: '', label: all }, ...options]
}

/** What a list is filtered by, kept in its address: it can be sent, reloaded and gone back to. */
export function useFilters<Key extends string>(defaults: Record<Key, string>) {
  const route = useRoute()
  const router = useRouter()
  const path = route.path
  const keys = Object.keys(defaults) as Key[]

  function read(): Record<Key, string> {
    const pairs = keys.map((key) => {
      const given = route.query[key]
      return [key, typeof given === 'string' ? given : defaults[key]] as const
    })
    return Object.fromEntries(pairs) as Record<Key, string>
  }

  const values = shallowRef(read())
  watch(
    () => route.fullPath,
    () => {
      // A page that is being left keeps what it showed.
      if (route.path === path) values.value = read()
    },
  )

  function set(key: string, value: string): void {
    const query = { ...route.query }
    if (value === defaults[key as Key]) delete query[key]
    else query[key] = value
    void router.replace({ query })
  }

  return { values, set }
}

/** Null where nothing is chosen, as the server expects it. */
export function given<Value extends string>(value: string): Value | null {
  return value === '' ? null : (value as Value)
}
