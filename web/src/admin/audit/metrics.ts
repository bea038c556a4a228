/** One line of a Prometheus text: its labels and its value. */
export interface Sample {
  labels: Record<string, string>
  value: number
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{([^}]*)\})? (\S+)$/
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g

/** All samples of one metric. */
export function samples(text: string, metric: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = LINE.exec(line)
    if (!match || match[1] !== metric) return []
    const labels = Object.fromEntries(
      [...(match[2] ?? '').matchAll(LABEL)].map(([, name = '', value = '']) => [name, value]),
    )
    return [{ labels, value: Number(match[3]) }]
  })
}
