/** Account numbers as people write them one after another. */
export function accountNosOf(text: string): string[] {
  return [...new Set(text.normalize('NFKC').split(/[\s,、;]+/).filter(Boolean))]
}
