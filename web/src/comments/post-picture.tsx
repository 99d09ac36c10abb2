import { useState } from "react"
import type { Post } from "../api/model"
import { Icon } from "../ui/icon"

/** A post's picture, or a sign of what it is where there is none (yet). Decoration: its caption stands beside it. */
export function PostPicture({ post, size }: { post: Post | undefined; size: number }) {
  const [broken, setBroken] = useState<string | null>(null)
  const url = post?.picture_url ?? null
  return (
    <span
      style={{ width: size, height: size }}
      className="grid shrink-0 place-items-center overflow-hidden rounded-lg bg-sunken text-ink-3"
    >
      {url === null || url === broken ? (
        <Icon name={post?.media_type === "VIDEO" ? "video" : "photo"} size={Math.round(size * 0.45)} />
      ) : (
        <img
          src={url}
          alt=""
          loading="lazy"
          onError={() => setBroken(url)}
          className="size-full object-cover"
        />
      )}
    </span>
  )
}

/** What a post is called: its first words, or whose it is. */
export function titleOf(post: Post | undefined): string {
  const caption = post?.caption?.trim()
  if (caption) return caption
  if (post?.is_own === false)
    return post.owner_username ? `Post of @${post.owner_username}` : "Somebody else's post"
  return post?.product_type === "LIVE" ? "Live broadcast" : "Post without a caption"
}
