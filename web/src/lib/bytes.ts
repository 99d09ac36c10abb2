/** Meta counts a text in UTF-8 bytes, not in characters. */
export const TEXT_LIMIT_BYTES = 1000
/** From here on the composer shows the count. */
export const TEXT_WARNING_BYTES = 800

const encoder = new TextEncoder()

export function sizeInBytes(text: string): number {
  return encoder.encode(text).length
}

/** What a screen reader hears of the length: nothing at each key, a sentence at each threshold. */
export function speakLength(bytes: number): string {
  const left = TEXT_LIMIT_BYTES - bytes
  if (left < 0) return `Too long. Instagram takes ${TEXT_LIMIT_BYTES} bytes in one message.`
  const threshold = [20, 100, TEXT_LIMIT_BYTES - TEXT_WARNING_BYTES].find((one) => left <= one)
  return threshold === undefined ? "" : `At most ${threshold} bytes left.`
}
