/** What a part of a number is called: Meta's words, codes of countries and genders, in words for people. */

const WORDS: Record<string, string> = {
  NON_FOLLOWER: "Not followers",
  FOLLOWER: "Followers",
  UNKNOWN: "Not known",
  CAROUSEL_CONTAINER: "Carousels",
  POST: "Posts",
  REEL: "Reels",
  STORY: "Stories",
  AD: "Ads",
  IGTV: "IGTV",
  M: "Men",
  F: "Women",
  U: "Not told",
}

export function partName(key: string[], by: string): string {
  return key.map((one) => (by === "country" ? countryName(one) : wordOf(one))).join(" · ")
}

export function breakdownName(by: string): string {
  return by === "follow_type" || by === "follower_type"
    ? "who follows"
    : by === "media_product_type"
      ? "kind of post"
      : by.replaceAll("_", " ").replaceAll(",", ", ")
}

function wordOf(one: string): string {
  const known = WORDS[one]
  if (known !== undefined) return known
  if (!/^[A-Z_]{3,}$/.test(one)) return one
  return one.charAt(0) + one.slice(1).toLowerCase().replaceAll("_", " ")
}

function countryName(code: string): string {
  try {
    return new Intl.DisplayNames(undefined, { type: "region" }).of(code) ?? code
  } catch {
    return code // not a code that there is
  }
}
