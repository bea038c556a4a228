import { ref } from 'vue'
import { IntentKey } from './idempotency'
import { elsewhere, faultSentence, sentence, type Refusal } from './refusal'

interface Payload {
  userErrors: readonly Refusal[]
}

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

  return { busy, said, trouble, refusals, act, clear }
}

export type Deed = ReturnType<typeof useDeed>
