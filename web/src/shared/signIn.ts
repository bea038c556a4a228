import { computed, ref } from 'vue'
import { graphql } from '@/gql'
import { request } from './gqlFetch'
import { faultSentence, sentence } from './refusal'
import { useSession } from './session'

const LOGIN = graphql(`
  mutation StaffLogin($input: StaffLoginInput!) {
    staffLogin(input: $input) {
      userErrors {
        code
        message
        field
      }
    }
  }
`)

/** Staff sign in the same way at a desk and in the field. */
export function useSignIn() {
  const { refresh } = useSession()
  const login = ref('')
  const password = ref('')
  /** Of the app on one's phone; asked for once the password was right. */
  const code = ref('')
  const codeNeeded = ref(false)
  const busy = ref(false)
  const trouble = ref('')
  const ready = computed(() => login.value.trim() !== '' && password.value !== '')

  async function enter(): Promise<void> {
    if (busy.value || !ready.value) return
    busy.value = true
    trouble.value = ''
    try {
      const input = { login: login.value.trim(), password: password.value, code: code.value.trim() || null }
      const { userErrors } = (await request(LOGIN, { input })).staffLogin
      if (userErrors.some((refusal) => refusal.code === 'SECOND_FACTOR_NEEDED')) codeNeeded.value = true
      else if (userErrors.length > 0) trouble.value = sentence(userErrors)
      else await refresh()
    } catch (error) {
      trouble.value = faultSentence(error)
    } finally {
      busy.value = false
    }
  }

  return { login, password, code, codeNeeded, busy, trouble, ready, enter }
}
