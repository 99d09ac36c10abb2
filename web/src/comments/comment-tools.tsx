import { useQuery } from "@tanstack/react-query"
import { agents as agentsQuery } from "../api/agents"
import { useKnownLabels } from "../api/labels"
import { useMe } from "../api/me"
import type { Comment, Post } from "../api/model"
import { refusalOf } from "../lib/audience"
import { Button, IconButton } from "../ui/button"
import { LabelChoice } from "../ui/label-choice"
import { Menu, MenuItem, MenuTitle } from "../ui/menu"
import { Popover } from "../ui/popover"
import { useCommentActions } from "./use-comment-actions"
import type { CommentDoors } from "./use-doors"

type ToolProps = { comment: Comment; post: Post | undefined; now: number; doors: CommentDoors }

/** What can be done with a comment. What Instagram would refuse says why instead. */
export function CommentTools({ comment, post, now, doors }: ToolProps) {
  const actions = useCommentActions()
  const me = useMe().agent
  if (comment.is_own || comment.deleted_at !== null) return null
  const isDone = comment.done_at !== null
  const againstPublic = refusalOf("public", comment, post, now)
  const againstPrivate = refusalOf("private", comment, post, now)
  return (
    <div className="-ml-2 flex flex-wrap items-center gap-x-1 gap-y-0.5 @max-[34rem]:-ml-13 @max-[34rem]:gap-x-0">
      <Button
        small
        look="quiet"
        icon="comment"
        aria-label="Reply publicly"
        disabled={againstPublic !== null}
        title={againstPublic ?? "Everybody who sees the post can read it (r)"}
        onClick={() => doors.write(comment, "public")}
      >
        <Words long="Reply publicly" short="Public" />
      </Button>
      <Button
        small
        look="quiet"
        icon="lock"
        aria-label="Message privately"
        disabled={againstPrivate !== null}
        title={againstPrivate ?? "Only they can read it (p)"}
        onClick={() => doors.write(comment, "private")}
      >
        <Words long="Message privately" short="Private" />
      </Button>
      <Button
        small
        look="quiet"
        icon={isDone ? "undo" : "check"}
        title={isDone ? "Open it again (e)" : "Nobody has to deal with it any more (e)"}
        onClick={() => actions.finish(comment, !isDone, me.name)}
      >
        <span className="@max-[34rem]:sr-only">{isDone ? "Open again" : "Done"}</span>
      </Button>
      <LabelMenu comment={comment} />
      <MoreTools comment={comment} post={post} doors={doors} />
    </div>
  )
}

/** Where there is little room all tools stand in one line, below the picture too. */
function Words({ long, short }: { long: string; short: string }) {
  return (
    <>
      <span className="@max-[34rem]:hidden">{long}</span>
      <span className="hidden @max-[34rem]:inline">{short}</span>
    </>
  )
}

function MoreTools({ comment, post, doors }: Omit<ToolProps, "now">) {
  const actions = useCommentActions()
  const isOurs = comment.kind !== "mention" && post?.is_own !== false
  return (
    <Menu
      label="More"
      button={(properties) => (
        <IconButton {...properties} icon="dots" label="More for this comment" className="size-7" />
      )}
    >
      {(close) => {
        const then = (run: () => void) => () => {
          close()
          run()
        }
        return (
          <>
            {isOurs && (
              <MenuItem
                icon={comment.hidden ? "shown" : "hidden"}
                hint="h"
                onSelect={then(() => actions.moderate(comment, comment.hidden ? "unhide" : "hide"))}
              >
                {comment.hidden ? "Show to everybody again" : "Hide"}
              </MenuItem>
            )}
            {isOurs && (
              <MenuItem icon="bin" onSelect={then(() => doors.remove(comment))}>
                Delete…
              </MenuItem>
            )}
            <MenuItem
              icon="heart"
              onSelect={then(() => actions.moderate(comment, comment.is_liked ? "unlike" : "like"))}
            >
              {comment.is_liked ? "Take the like back" : "Like"}
            </MenuItem>
            <MenuItem icon="note" hint="n" onSelect={then(() => doors.write(comment, "note"))}>
              Note for the team
            </MenuItem>
            <People comment={comment} then={then} />
          </>
        )
      }}
    </Menu>
  )
}

type PartProps = { comment: Comment; then: (run: () => void) => () => void }

function People({ comment, then }: PartProps) {
  const actions = useCommentActions()
  const { data: agents } = useQuery(agentsQuery)
  return (
    <>
      <MenuTitle>Assign to</MenuTitle>
      <MenuItem isChecked={comment.assignee === null} onSelect={then(() => actions.assign(comment, null))}>
        Nobody
      </MenuItem>
      {agents?.items.map(({ id, name }) => (
        <MenuItem
          key={id}
          isChecked={comment.assignee?.id === id}
          onSelect={then(() => actions.assign(comment, { id, name }))}
        >
          {name}
        </MenuItem>
      ))}
    </>
  )
}

function LabelMenu({ comment }: { comment: Comment }) {
  return (
    <Popover
      label="Labels"
      role="dialog"
      button={(properties) => (
        <IconButton {...properties} icon="tag" label="Label" shortcut="l" className="size-7" />
      )}
    >
      {() => <Choice comment={comment} />}
    </Popover>
  )
}

function Choice({ comment }: { comment: Comment }) {
  const { label } = useCommentActions()
  return (
    <LabelChoice
      chosen={comment.labels}
      known={useKnownLabels()}
      onChange={(labels) => label(comment, labels)}
    />
  )
}
