import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { Column } from './columns'

export interface RowOrder {
  /** A column's. */
  name: string
  down: boolean
}

/** As an address has it: `户数`, or `-户数` from the highest down. */
export function parseOrder(text: unknown): RowOrder | null {
  if (typeof text !== 'string' || text === '' || text === '-') return null
  return text.startsWith('-') ? { name: text.slice(1), down: true } : { name: text, down: false }
}

/** Up, down, and as the server has them. */
export function nextOrder(now: RowOrder | null, name: string): string | undefined {
  if (now?.name !== name) return name
  return now.down ? undefined : `-${name}`
}

const WORDS = new Intl.Collator('zh-CN', { numeric: true })

/** The figure in `¥1,234.50`, `12%` or `3 天`, to compare it only; null where there is none. */
function figure(text: string): number | null {
  const digits = text.replace(/[^\d.-]/g, '')
  return /\d/.test(digits) ? Number.parseFloat(digits) : null
}

function compare(a: string, b: string, figures: boolean): number {
  if (!figures) return WORDS.compare(a, b)
  return (figure(a) ?? 0) - (figure(b) ?? 0)
}

/** Rows by what a column says of them; those of which it says nothing come last either way. */
export function inOrder<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: RowOrder | null): readonly Row[] {
  const column = order && columns.find(({ name }) => name === order.name)
  if (!column) return rows
  const figures = column.figure === true
  const said = rows.map((row) => ({ row, text: column.text(row) }))
  const silent = ({ text }: { text: string }) => (figures ? figure(text) === null : text === '' || text === '—')
  const speaking = said.filter((one) => !silent(one))
  speaking.sort((a, b) => (order.down ? -1 : 1) * compare(a.text, b.text, figures))
  return [...speaking, ...said.filter(silent)].map(({ row }) => row)
}

/** A list's order as its query takes it; null for the list's own. */
export interface ServerSort<By extends string> {
  orderBy: By
  direction: 'ASC' | 'DESC'
}

export function serverSort<By extends string, Row>(columns: readonly Column<Row>[], order: RowOrder | null): ServerSort<By> | null {
  const by = order && columns.find(({ name }) => name === order.name)?.orderBy
  return by ? { orderBy: by as By, direction: order.down ? 'DESC' : 'ASC' } : null
}

/** The order a list of many pages is asked for in, as its address has it. */
export function useServerSort<By extends string, Row>(columns: readonly Column<Row>[]) {
  const route = useRoute()
  const path = route.path
  const sort = shallowRef(serverSort<By, Row>(columns, parseOrder(route.query.order)))
  watch(
    () => route.fullPath,
    () => {
      // A page that is being left keeps what it showed.
      if (route.path === path) sort.value = serverSort<By, Row>(columns, parseOrder(route.query.order))
    },
  )
  return sort
}

/** The order a list stands in, kept in its address; null as long as nobody chose one, or may. */
export function useRowOrder(possible: (name: string) => boolean) {
  const route = useRoute()
  const router = useRouter()
  const order = computed(() => {
    const asked = parseOrder(route.query.order)
    return asked && possible(asked.name) ? asked : null
  })
  return {
    order,
    choose: (name: string) => void router.replace({ query: { ...route.query, order: nextOrder(order.value, name) } }),
  }
}
