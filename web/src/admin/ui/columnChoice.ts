import { computed, ref, watch, type Ref } from 'vue'
import { useSession } from '@/shared/session'
import type { Column } from './columns'

type Hidden = Readonly<Record<string, readonly string[]>>

/** What is kept of a person's choices: by list, the columns they do without. */
export function hiddenIn(kept: string | null): Hidden {
  try {
    const value: unknown = JSON.parse(kept ?? '{}')
    if (typeof value !== 'object' || value === null) return {}
    const lists = Object.entries(value).filter((pair): pair is [string, string[]] => Array.isArray(pair[1]))
    return Object.fromEntries(lists)
  } catch {
    return {}
  }
}

/** The first column says what a row is about and leads to it: it stays. */
export function shownOf<Row>(columns: readonly Column<Row>[], hidden: readonly string[]): Column<Row>[] {
  return columns.filter(({ name }, at) => at === 0 || !hidden.includes(name))
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Which columns of a list are shown, for the person at this browser; kept for the next time. */
export function useColumnChoice<Row>(list: string, columns: Ref<readonly Column<Row>[]>) {
  const { person } = useSession()
  const key = computed(() => `chaobiao.columns.${person.value}`)
  const hidden = ref<readonly string[]>([])
  watch(key, (mine) => (hidden.value = hiddenIn(read(mine))[list] ?? []), { immediate: true })

  function keep(names: readonly string[]): void {
    hidden.value = names
    try {
      const { [list]: _before, ...others } = hiddenIn(read(key.value))
      localStorage.setItem(key.value, JSON.stringify(names.length > 0 ? { ...others, [list]: names } : others))
    } catch {
      // A browser that keeps nothing shows it so until the page is left.
    }
  }

  return {
    shown: computed(() => shownOf(columns.value, hidden.value)),
    isShown: (name: string) => !hidden.value.includes(name),
    toggle: (name: string) =>
      keep(hidden.value.includes(name) ? hidden.value.filter((one) => one !== name) : [...hidden.value, name]),
    all: () => keep([]),
  }
}
