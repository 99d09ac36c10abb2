/** Meta counts a text in UTF-8 bytes, not in characters. */
export const TEXT_LIMIT_BYTES = 1000
/** From here on the composer shows the count. */
export const TEXT_WARNING_BYTES = 800

const encoder = new TextEncoder()

export function sizeInBytes(text: string): number {
  return encoder.encode(text).length
}
