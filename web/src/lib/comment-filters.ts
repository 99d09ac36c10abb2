/** Which comments a list shows. It lives in the URL, and is the key of the list in the cache. */
export const COMMENT_VIEWS = ["open", "mine", "unassigned", "done", "hidden", "mentions", "all"] as const

export type CommentView = (typeof COMMENT_VIEWS)[number]
export type CommentFilters = { view: CommentView; account: string | null; post: string | null }

export const VIEW_WORDS: Record<CommentView, string> = {
  open: "Open",
  mine: "Mine",
  unassigned: "Unassigned",
  done: "Done",
  hidden: "Hidden",
  mentions: "Mentions",
  all: "All",
}

export function readCommentFilters(search: string): CommentFilters {
  const given = new URLSearchParams(search)
  const view = COMMENT_VIEWS.find((one) => one === given.get("view")) ?? "open"
  return { view, account: given.get("account") || null, post: given.get("post") || null }
}

/** The query string of some filters, with "?" unless all stand at their default. */
export function writeCommentFilters({ view, account, post }: CommentFilters): string {
  const given = new URLSearchParams()
  if (view !== "open") given.set("view", view)
  if (account !== null) given.set("account", account)
  if (post !== null) given.set("post", post)
  const text = given.toString()
  return text === "" ? "" : `?${text}`
}
