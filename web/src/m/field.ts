import type { Me, SessionMemory } from '@/shared/session'

/** Whether an address is a field page's, with or without the `/m` before it. */
export function isField(path: string): boolean {
  return /^(\/m)?\/staff(\/|$)/.test(path)
}

const KEY = 'chaobiao-field-person'

/**
 * Who reads meters with this phone, until they leave or their session ends: their walk is shown
 * where nobody can be asked who they are. Whatever is sent still needs the session.
 */
export const fieldMemory: SessionMemory = {
  recall() {
    if (!isField(window.location.pathname)) return null
    try {
      return JSON.parse(window.localStorage.getItem(KEY) ?? 'null') as Me | null
    } catch {
      return null
    }
  },
  keep(me) {
    try {
      if (me.kind === 'STAFF') window.localStorage.setItem(KEY, JSON.stringify(me))
      else window.localStorage.removeItem(KEY)
    } catch {
      // A full phone asks the server each time.
    }
  },
  forget() {
    window.localStorage.removeItem(KEY)
  },
}
