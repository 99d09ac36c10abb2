/**
 * The rows of a list: comments under the head of their post. Each loaded page is grouped by itself, posts in the order in which
 * it came: neither the page below nor a comment that leaves moves another post. What came since stands on top in the order it came.
 */
import { type CommentEntry, placeOf } from "../api/comment-entry"
import type { Comment, Post } from "../api/model"

/** A comment, or where `comment` is null the head of the post that those after it stand under. */
export type Row = { key: string; post: Post | undefined; comment: Comment | null }

export function rowsOf(entry: CommentEntry): Row[] {
  const postById = new Map(entry.posts.map((post) => [post.id, post]))
  return partsOf(entry).flatMap(({ key, groups }) =>
    groups.flatMap((comments): Row[] => {
      const postId = comments[0]?.post_id ?? ""
      const post = postById.get(postId)
      const head = key ?? comments.at(-1)?.id
      return [
        { key: `head ${head} ${postId}`, post, comment: null },
        ...comments.map((comment) => ({ key: comment.id, post, comment })),
      ]
    }),
  )
}

/** Whose turn it is when the comment of this id has left: the next one of those that stood there, else the one before. */
export function heirOf(before: readonly Row[], id: string, now: readonly Row[]): Comment | undefined {
  const at = before.findIndex(({ comment }) => comment?.id === id)
  if (at < 0) return undefined
  const left = new Map(now.map(({ comment }) => [comment?.id, comment]))
  const line = [...before.slice(at + 1), ...before.slice(0, at).reverse()]
  const heir = line.find(({ comment }) => comment !== null && left.has(comment.id))
  return left.get(heir?.comment?.id) ?? undefined
}

type Grouped = { key: string | null; groups: Comment[][] }

function partsOf({ items, parts }: CommentEntry): Grouped[] {
  const starts = parts.map(({ place }) => {
    const start = items.findIndex((comment) => placeOf(comment) <= place)
    return start < 0 ? items.length : start
  })
  const fresh = { key: null, groups: inRuns(items.slice(0, starts[0] ?? items.length)) }
  return [
    fresh,
    ...parts.map(({ place, posts }, n) => ({
      key: place,
      groups: byPost(posts, items.slice(starts[n], starts[n + 1] ?? items.length)),
    })),
  ]
}

function inRuns(comments: Comment[]): Comment[][] {
  const found: Comment[][] = []
  for (const comment of comments) {
    const last = found.at(-1)
    if (last?.[0]?.post_id === comment.post_id) last?.push(comment)
    else found.push([comment])
  }
  return found
}

function byPost(posts: readonly (string | null)[], comments: Comment[]): Comment[][] {
  const groups = new Map<string | null, Comment[]>(posts.map((post) => [post, []]))
  for (const comment of comments) {
    const group = groups.get(comment.post_id)
    if (group === undefined) groups.set(comment.post_id, [comment])
    else group.push(comment)
  }
  return [...groups.values()].filter((group) => group.length > 0)
}
