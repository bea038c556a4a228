import { ref } from 'vue'
import type { TypedDocumentString } from '@/gql/graphql'
import { request } from './gqlFetch'
import { IntentKey } from './idempotency'
import { elsewhere, faultSentence, sentence, type Refusal } from './refusal'

interface Payload {
  userErrors: readonly Refusal[]
}

interface Keyed {
  input: { idempotencyKey: string }
}

/** What a mutation of one field answers with. */
type Outcome<Result> = Result[Exclude<keyof Result, '__typename'>] & Payload

/**
 * One thing a person does on a page: busy while it runs, done once however often it is clicked,
 * and what came of it in words. `fields` are those whose refusals the form shows itself.
 */
export function useDeed(fields: readonly string[] = []) {
  const busy = ref(false)
  const said = ref('')
  const trouble = ref('')
  const refusals = ref<readonly Refusal[]>([])
  const intent = new IntentKey()

  function clear(): void {
    said.value = ''
    trouble.value = ''
    refusals.value = []
  }

  /** Null where it was refused or did not arrive; `trouble` says why. */
  async function act<Body extends object, Result extends Payload>(
    body: Body,
    work: (input: Body & { idempotencyKey: string }) => Promise<Result>,
    done = '',
  ): Promise<Result | null> {
    if (busy.value) return null
    busy.value = true
    clear()
    try {
      const result = await work({ ...body, idempotencyKey: intent.for(body) })
      intent.settle()
      refusals.value = result.userErrors
      trouble.value = sentence(elsewhere(result.userErrors, fields))
      if (result.userErrors.length > 0) return null
      said.value = done
      return result
    } catch (error) {
      trouble.value = faultSentence(error)
      return null
    } finally {
      busy.value = false
    }
  }

  /** The same for a mutation of one field, given what its input says beside the key. */
  function mutate<Result extends object, Variables extends Keyed>(
    mutation: TypedDocumentString<Result, Variables>,
    body: Omit<Variables['input'], 'idempotencyKey'>,
    done = '',
  ): Promise<Outcome<Result> | null> {
    const work = async (input: object): Promise<Outcome<Result>> => {
      const answer = await request(mutation, { input } as Variables)
      return Object.values(answer)[0] as Outcome<Result>
    }
    return act(body, work, done)
  }

  return { busy, said, trouble, refusals, act, mutate, clear }
}

export type Deed = ReturnType<typeof useDeed>
