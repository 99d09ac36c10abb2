/** Meta counts a text in UTF-8 bytes, not in characters. */
export const TEXT_LIMIT_BYTES = 1000

const encoder = new TextEncoder()

export function sizeInBytes(text: string): number {
  return encoder.encode(text).length
}

/** What a long text becomes, before it is sent; null for one that fits. */
export function describeParts(parts: number, most: number): string | null {
  if (parts <= 1) return null
  if (parts <= most) return `Will be sent as ${parts} messages`
  return `Too long: it would be ${parts} messages, and at most ${most} go together.`
}
