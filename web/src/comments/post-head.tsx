import { useState } from "react"
import { explain } from "../api/client"
import { useSwitchComments } from "../api/comment-actions"
import type { Post } from "../api/model"
import { Button, IconButton } from "../ui/button"
import { Dialog } from "../ui/dialog"
import { Icon } from "../ui/icon"
import { Menu, MenuItem } from "../ui/menu"
import { showToast } from "../ui/toast"
import { PostPicture, titleOf } from "./post-picture"

/** What the comments below stand under. */
export function PostHead({ post, onOnly }: { post: Post | undefined; onOnly: (() => void) | null }) {
  return (
    <header className="flex items-center gap-3 border-line border-b bg-canvas px-5 py-2.5">
      <PostPicture post={post} size={44} />
      <div className="flex min-w-0 flex-1 flex-col">
        <h2 className="line-clamp-2 font-medium text-sm leading-snug">{titleOf(post)}</h2>
        <p className="flex flex-wrap items-center gap-x-2 text-ink-3 text-xs">
          <span>@{post?.owner_username ?? post?.account.username ?? "…"}</span>
          {post?.is_own === false && <span className="text-blue">mentions @{post.account.username}</span>}
          {post?.comments_enabled === false && (
            <span className="text-amber">
              comments are off{post.pending !== null && ", not confirmed yet"}
            </span>
          )}
          {post?.product_type === "LIVE" && <span>{post.ended_at ? "broadcast is over" : "live"}</span>}
          {post?.error && <span className="text-red">{post.error.message}</span>}
        </p>
      </div>
      {post && <PostMenu post={post} onOnly={onOnly} />}
    </header>
  )
}

function PostMenu({ post, onOnly }: { post: Post; onOnly: (() => void) | null }) {
  const [isAsked, setAsked] = useState(false)
  const { mutate } = useSwitchComments()
  const set = (isOn: boolean): void =>
    mutate({ post, isOn }, { onError: (error) => showToast(explain(error), { isError: true }) })
  const maySwitch = post.is_own === true && post.product_type !== "LIVE"
  return (
    <>
      <Menu
        label="Post"
        button={(properties) => <IconButton {...properties} icon="dots" label="More about this post" />}
      >
        {(close) => (
          <>
            {onOnly && (
              <MenuItem
                icon="filter"
                onSelect={() => {
                  onOnly()
                  close()
                }}
              >
                Only this post
              </MenuItem>
            )}
            {maySwitch && (
              <MenuItem
                icon={post.comments_enabled === false ? "comment" : "stop"}
                onSelect={() => {
                  close()
                  if (post.comments_enabled === false) set(true)
                  else setAsked(true)
                }}
              >
                {post.comments_enabled === false ? "Switch comments on" : "Switch comments off"}
              </MenuItem>
            )}
            {post.permalink && (
              <a
                role="menuitem"
                tabIndex={-1}
                href={post.permalink}
                target="_blank"
                rel="noopener noreferrer"
                className="inset-focus tap flex items-center gap-2.5 rounded-lg px-2.5 py-1.5 hover:bg-hover focus-visible:bg-hover"
              >
                <Icon name="external" size={16} />
                Open on Instagram
              </a>
            )}
          </>
        )}
      </Menu>
      {isAsked && (
        <Dialog
          title="Switch comments off?"
          onClose={() => setAsked(false)}
          footer={
            <>
              <Button onClick={() => setAsked(false)}>Cancel</Button>
              <Button
                look="danger"
                onClick={() => {
                  setAsked(false)
                  set(false)
                }}
              >
                Switch off
              </Button>
            </>
          }
        >
          <p className="text-base text-ink-2">
            Nobody can comment on this post until you switch comments on again. What stands there stays.
          </p>
        </Dialog>
      )}
    </>
  )
}
