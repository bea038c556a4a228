/** Numbers of accounts or meters as people write them one after another, each once. */
export function numbersOf(text: string): string[] {
  return [...new Set(text.normalize('NFKC').split(/[\s,、;]+/).filter(Boolean))]
}
