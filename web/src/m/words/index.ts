import { computed, readonly, ref, shallowRef } from 'vue'
import { sayRefusalsThrough } from '@/shared/refusal'
import { isField } from '../field'
import { zh, type Catalogue } from './zh'

export type Language = 'zh' | 'en'

const KEY = 'chaobiao.language'
/** As the tag of HTML, and of dates. */
const TAG: Record<Language, string> = { zh: 'zh-CN', en: 'en' }

const shown = ref<Language>('zh')
const catalogue = shallowRef<Catalogue>(zh)
/** The person's own choice; field pages are Chinese whatever it is. */
let chosen: Language = 'zh'

/** What the pages say, in the language they are shown in. */
export const words = computed(() => catalogue.value)
export const language = readonly(shown)

function kept(): Language | null {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'zh' || value === 'en' ? value : null
  } catch {
    return null
  }
}

function label(): void {
  document.documentElement.lang = TAG[shown.value]
  document.title = words.value.common.service
}

async function show(wanted: Language): Promise<void> {
  if (wanted !== shown.value) {
    // Whoever reads Chinese never loads the other one.
    catalogue.value = wanted === 'zh' ? zh : (await import('./en')).en
    shown.value = wanted
  }
  label()
}

/** The sentence for a code, where this language has one of its own. */
function say(code: string, message: string, detail?: string): string {
  const { refusals, numbered } = words.value
  const sentence = refusals[code] ?? message
  return detail ? numbered(sentence, detail) : sentence
}

/** On a page of that address: the choice for residents, Chinese for the field. */
export async function speakFor(path: string): Promise<void> {
  try {
    await show(isField(path) ? 'zh' : chosen)
  } catch {
    // Without the other catalogue everything is still said, in Chinese.
    label()
  }
}

/** Kept on the phone. Fails where the language cannot be loaded. */
export async function choose(wanted: Language): Promise<void> {
  await show(wanted)
  chosen = wanted
  try {
    localStorage.setItem(KEY, wanted)
  } catch {
    // A phone that keeps nothing speaks it until the page is closed.
  }
}

/** What was chosen before; else Chinese, unless the phone speaks something else. */
export async function installLanguage(): Promise<void> {
  sayRefusalsThrough(say)
  chosen = kept() ?? (/^zh\b/i.test(navigator.language) ? 'zh' : 'en')
  await speakFor(window.location.pathname)
}
