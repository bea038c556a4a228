import { graphql } from '@/gql'
import type { FieldTasksQuery } from '@/gql/graphql'
import { request } from '@/shared/gqlFetch'
import { fieldStore } from './store'

const TASKS = graphql(`
  query FieldTasks($after: String) {
    readingTasks(first: 100, after: $after) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        roundId
        dueOn
        meterNo
        building
        room
        position
        visits
        reasonLabel
        meter {
          commodity
          device {
            digits
            decimals
            multiplier
          }
          lastReading {
            index
            readAt
          }
          readings(first: 6) {
            nodes {
              usage
              photo
            }
          }
        }
      }
    }
    delayReasons {
      code
      label
      needsNote
      retired
    }
  }
`)

export type Task = FieldTasksQuery['readingTasks']['nodes'][number]
export type Reason = FieldTasksQuery['delayReasons'][number]

export interface Day {
  tasks: Task[]
  reasons: Reason[]
  fetchedAt: string
}

/** The whole walk at once: in the basement nothing more can be asked for. */
async function fetchDay(): Promise<Day> {
  const tasks: Task[] = []
  let reasons: Reason[] = []
  let after: string | null = null
  for (;;) {
    const answer: FieldTasksQuery = await request(TASKS, { after })
    tasks.push(...answer.readingTasks.nodes)
    reasons = answer.delayReasons.filter(({ retired }) => !retired)
    const { hasNextPage, endCursor } = answer.readingTasks.pageInfo
    if (!hasNextPage) break
    after = endCursor ?? null
  }
  return { tasks: eachOnce(tasks), reasons, fetchedAt: new Date().toISOString() }
}

/** A meter of two walks is read once; the reading counts for the walk that is named first. */
export function eachOnce(tasks: readonly Task[]): Task[] {
  const seen = new Set<string>()
  return tasks.filter(({ meterNo }) => !seen.has(meterNo) && seen.add(meterNo))
}

export async function keptDay(login: string): Promise<Day | null> {
  return ((await (await fieldStore()).tasks(login)) as Day | undefined) ?? null
}

/** Today's tasks; those fetched last, where there is no network. */
export async function loadDay(login: string): Promise<{ day: Day; fault: unknown }> {
  const store = await fieldStore()
  try {
    const day = await fetchDay()
    await store.putTasks(login, day)
    return { day, fault: null }
  } catch (fault) {
    const kept = await keptDay(login)
    if (!kept) throw fault
    return { day: kept, fault }
  }
}

/** The next one in the order of the walk that nothing was done for; at its end, what was left before. */
export function nextTask(tasks: readonly Task[], meterNo: string, done: ReadonlySet<string>): Task | null {
  const at = tasks.findIndex((task) => task.meterNo === meterNo)
  if (at < 0) return null
  const onward = [...tasks.slice(at + 1), ...tasks.slice(0, at)]
  return onward.find((task) => !done.has(task.meterNo)) ?? null
}

export interface Building {
  name: string
  tasks: Task[]
}

/** In the order of the walk, under the building each stretch of it is in. */
export function byBuilding(tasks: readonly Task[]): Building[] {
  const stretches: Building[] = []
  for (const task of tasks) {
    const last = stretches.at(-1)
    if (last?.name === task.building) last.tasks.push(task)
    else stretches.push({ name: task.building, tasks: [task] })
  }
  return stretches
}
