import { ref, watchEffect } from 'vue'

const KEY = 'chaobiao.large-type'

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) === 'on'
  } catch {
    return false
  }
}

/** Larger type on every page of the phone; kept on the phone. */
export const largeType = ref(stored())

export function installLargeType(): void {
  watchEffect(() => {
    document.documentElement.classList.toggle('large-type', largeType.value)
    try {
      localStorage.setItem(KEY, largeType.value ? 'on' : 'off')
    } catch {
      // A phone that keeps nothing shows it larger until the page is closed.
    }
  })
}
