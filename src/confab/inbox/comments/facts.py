"""What the gate has to know of a comment and its post, as they are under lock."""

from dataclasses import dataclass
from datetime import datetime

from confab.inbox import circumstances, gate
from confab.inbox.gate import Circumstances
from confab.inbox.in_public import Public, Remark, Where
from confab.inbox.policy import Ruling
from confab.model.inbox import WorkspaceId
from confab.model.outgoing import ActorKind, CommentCallKind
from confab.store import posts
from confab.store.comments import CommentRow
from confab.store.db import Conn
from confab.store.posts import PostRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A comment, the post that it stands under, and the account. `comment` None: something is done with the post itself."""

    comment: CommentRow | None
    post: PostRow | None
    state: Circumstances
    platform: str | None

    def ruling(self, actor: ActorKind, kind: CommentCallKind, text: str | None, now: datetime) -> Ruling:
        """What the gate says."""
        asked = Public(
            actor=actor, kind=kind, text=text, comment=_remark(self.comment) if self.comment is not None else None,
            where=_where(self.post), can_like=self.platform == "facebook",
        )  # fmt: skip
        return gate.ask(asked, self.state, now)


async def of_comment(conn: Conn, comment: CommentRow) -> Facts:
    """Of a comment that is locked."""
    workspace = WorkspaceId(comment.workspace_id)
    post = await posts.of_media(conn, workspace, comment.account_id, comment.media_ig_id)
    state, platform = await circumstances.of_account(conn, workspace, comment.account_id)
    return Facts(comment=comment, post=post, state=state, platform=platform)


async def of_post(conn: Conn, post: PostRow) -> Facts:
    """Of a post that is locked."""
    state, platform = await circumstances.of_account(conn, WorkspaceId(post.workspace_id), post.account_id)
    return Facts(comment=None, post=post, state=state, platform=platform)


def _remark(comment: CommentRow) -> Remark:
    """A mention in a caption has no id of its own, but is there. What is on its way counts, as all that is shown does."""
    is_caption = comment.kind == "mention" and comment.ig_id is None
    return Remark(
        is_at_meta=comment.ig_id is not None or is_caption, kind=comment.kind, is_own=comment.is_own,
        is_deleted=comment.deleted_at is not None and comment.pending != "delete",
        is_hidden=comment.hidden,
    )  # fmt: skip


def _where(post: PostRow | None) -> Where:
    if post is None:
        return Where(is_own=None, is_broadcast=False, takes_comments=None)
    is_switched_here = post.pending in ("comments_on", "comments_off")
    return Where(
        is_own=post.is_own, is_broadcast=post.product_type == "LIVE",
        takes_comments=None if is_switched_here else post.comments_enabled,
    )  # fmt: skip
