export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * One key for one intended act. A second click, or a retry after an answer was lost, carries the
 * key of the first try, so the server answers it instead of doing the work twice; changed content,
 * or a new act after an answer, gets its own key.
 */
export class IntentKey {
  private key = ''
  private content = ''

  for(body: unknown): string {
    const content = JSON.stringify(body)
    if (!this.key || content !== this.content) {
      this.key = freshKey()
      this.content = content
    }
    return this.key
  }

  /** The server has answered: the next act is another one. */
  settle(): void {
    this.key = ''
  }
}
