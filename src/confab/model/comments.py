"""What people write under posts: comments and mentions, and the posts they stand under."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from confab.model.inbox import AccountRef, AgentRef, CommentId, ConversationId, Igsid, NoteId, PostId

CommentPending = Literal["hide", "unhide", "delete", "like", "unlike"]
CommentStatus = Literal["queued", "sending", "sent", "failed", "in_doubt"]
CommentKind = Literal["comment", "live_comment", "mention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentMedia:
    """The post a comment stands under."""

    ig_id: str | None
    permalink: str | None
    product_type: str | None
    ad_id: str | None
    ad_title: str | None
    original_media_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentAuthor:
    """Who commented; the id is missing for some, the username for mentions until they are read."""

    ig_id: Igsid | None
    username: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentNote:
    """A remark about a comment, for the team alone."""

    id: NoteId
    author: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentError:
    """Why the last thing that was tried with a comment or a post came to nothing."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A public remark under a post, in a live broadcast, or a mention elsewhere.

    `text` is None for a GIF, sticker or photo comment, for a mention that has not been read yet, and for what is deleted.
    `post_id`: what it stands under. `status`: of what is written here, how far it is; `written_by`: by whom of us. `pending`:
    what is shown already and Instagram has not confirmed yet; `error`: why the last thing that was tried came to nothing.
    `private_conversation_id`: the conversation in which its one private reply stands.
    """

    id: CommentId
    ig_id: str | None
    account: AccountRef
    post_id: PostId | None
    media: CommentMedia
    parent_ig_id: str | None
    author: CommentAuthor
    text: str | None
    kind: CommentKind
    is_own: bool
    created_at: datetime
    edited_at: datetime | None
    hidden: bool
    is_liked: bool
    deleted_at: datetime | None
    is_archived: bool
    done_at: datetime | None
    done_by: str | None
    assignee: AgentRef | None
    labels: list[str]
    notes: list[CommentNote]
    status: CommentStatus | None
    client_key: str | None
    written_by: str | None
    pending: CommentPending | None
    error: CommentError | None
    private_conversation_id: ConversationId | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What comments stand under: a post, reel, story or broadcast, ours (`is_own`) or one that mentions us.

    `is_own` None: nobody has read it yet. `picture_url`: our own address; None: there is none, or not yet. `refused`: why
    Instagram does not show it. `ended_at`: of a broadcast, since when it is known to be over. `pending`, `error`: see Comment.
    """

    id: PostId
    ig_id: str
    account: AccountRef
    is_own: bool | None
    product_type: str | None
    media_type: str | None
    caption: str | None
    permalink: str | None
    owner_username: str | None
    published_at: datetime | None
    comments_enabled: bool | None
    comments_count: int | None
    ended_at: datetime | None
    picture_url: str | None
    refused: str | None
    pending: Literal["comments_on", "comments_off"] | None
    error: CommentError | None
    last_comment_at: datetime | None
    version: int
