"""Comments and mentions: as lists and threads, what is done with them, and the posts that they stand under."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from confab.api import paging
from confab.api.access import Access, SignedIn
from confab.api.encode import Json
from confab.errors import Invalid
from confab.inbox.comments import act, looks
from confab.model.commands import (
    AnswerComment,
    DiscardComment,
    Moderate,
    NoteComment,
    RetryComment,
    SwitchComments,
    WorkOnComment,
)
from confab.model.comments import Comment, CommentPending, Post
from confab.model.inbox import AccountId, AgentId, CommentId, Conversation, ConversationId, PostId, Seq
from confab.store import accounts, changes, comment_lists, comments, conversations, posts, wake
from confab.store.comment_lists import CommentView, Wanted
from confab.store.db import Conn

router = APIRouter()
_ANSWERS = 500
_UNDER = 200
_OF_A_PERSON = 20
_POSTS_WITH_OPEN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPage:
    """Newest first. `answers`: what we wrote under these, oldest first; `posts`: what these stand under."""

    items: list[Comment]
    answers: list[Comment]
    posts: list[Post]
    next: str | None
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentThread:
    """A comment with its post, what it answers, and what stands under it or beside it, oldest first."""

    comment: Comment
    post: Post | None
    parent: Comment | None
    replies: list[Comment]
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentCount:
    """How many comments nobody has dealt with, counted up to 1000."""

    open: int
    seq: Seq


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkedUnder:
    """A post and how many comments under it nobody has dealt with; None: not counted."""

    post: Post
    open: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPage:
    """Posts, the one with the newest comment first."""

    items: list[TalkedUnder]
    next: str | None
    seq: Seq


class NewAnswer(BaseModel):
    """A public answer. `client_key` is the client's own name for it: the same again is the same answer."""

    model_config = ConfigDict(extra="forbid")

    client_key: str
    text: str


class Moderation(BaseModel):
    """What to do with it at Instagram."""

    model_config = ConfigDict(extra="forbid")

    what: CommentPending


class CommentWork(BaseModel):
    """What the team says of it; what is left out stays. `assignee_id` null: nobody's."""

    model_config = ConfigDict(extra="forbid")

    is_done: bool | None = None
    assignee_id: UUID | None = None
    labels: list[str] | None = None


class NewCommentNote(BaseModel):
    """A remark for the team."""

    model_config = ConfigDict(extra="forbid")

    text: str


class RetryAnswer(BaseModel):
    """How to send it again: with another text, or as it is."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None


class PostSwitch(BaseModel):
    """Whether the post takes comments."""

    model_config = ConfigDict(extra="forbid")

    comments_enabled: bool


class Shown(BaseModel):
    """Comments that somebody looks at."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(max_length=100)]


@router.get("/comments", operation_id="list_comments", response_model=CommentPage)
async def list_comments(
    access: SignedIn,
    account: UUID | None = None,
    view: CommentView | None = None,
    post: UUID | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """Comments, live comments and mentions of one account or of all, newest first; of one post, in one view.

    Without a view archived ones too. Answers of ours stand in `answers`; in a view they are not among the items.
    """
    before = paging.read(cursor) if cursor else paging.NEWEST
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        owned = await _owned(conn, access, account)
        media = None
        if post is not None:
            shown = await posts.get(conn, access.viewer.workspace_id, post)
            media, owned = shown.ig_id, [one for one in owned if one == shown.account.id]
        wanted = Wanted(accounts=owned, view=view, media_ig_id=media)
        items = await comment_lists.page(conn, access.viewer, wanted, before=before, limit=limit)
        answers, under = await _answers(conn, access, items), await _posts(conn, access, items)
    last = items[-1] if len(items) == limit else None
    next_ = paging.write(last.created_at, last.id) if last else None
    return Json(CommentPage(items=items, answers=answers, posts=under, next=next_, seq=seq))


@router.get("/comments/count", operation_id="count_comments", response_model=CommentCount)
async def count_comments(access: SignedIn, account: UUID | None = None) -> Response:
    """How many wait for somebody."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        found = await comment_lists.count_open(conn, access.viewer, await _owned(conn, access, account))
    return Json(CommentCount(open=found, seq=seq))


@router.post("/comments/look", operation_id="look_at_comments", status_code=204)
async def look_at_comments(body: Shown, access: SignedIn) -> Response:
    """These are shown: whether they were edited or deleted is looked up at Instagram, each at most every ten minutes."""
    wanted = [(access.viewer.workspace_id, one) for one in body.ids]
    async with access.transaction() as conn:
        count = await comments.look(conn, wanted, access.now, access.now - looks.EVERY)
    if count:
        access.services.wake.say(wake.work("comment_looks"))
    return Response(status_code=204)


@router.get("/comments/{id}", operation_id="get_comment", response_model=CommentThread)
async def get_comment(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """One comment with its thread, archived or not."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        comment = await comments.get(conn, access.viewer.workspace_id, id)
        post = await posts.get(conn, access.viewer.workspace_id, comment.post_id) if comment.post_id is not None else None
        above = comment.parent_ig_id
        found = await comment_lists.by_keys(conn, access.viewer, comment.account.id, [above]) if above is not None else []
        keys = [one for one in (above or comment.ig_id,) if one is not None]
        under = await comment_lists.replies(conn, access.viewer, comment.account.id, keys, _UNDER)
    parent = found[0] if found else None
    return Json(CommentThread(comment=comment, post=post, parent=parent, replies=under, seq=seq))


@router.post("/comments/{id}/reply", operation_id="reply_publicly", response_model=Comment, status_code=201)
async def reply_publicly(id: UUID, body: NewAnswer, access: SignedIn) -> Response:  # noqa: A002
    """Answer where everybody sees it: 201 with the answer, 200 with the same one when the key is known."""
    command = AnswerComment(comment_id=CommentId(id), client_key=body.client_key, text=body.text)
    async with access.transaction() as conn:
        made, is_new = await act.reply(conn, access.actor, command, access.now)
    access.tell(wake.work("comment_calls"))
    return Json(made, 201 if is_new else 200)


@router.post("/comments/{id}/moderation", operation_id="moderate_comment", response_model=Comment)
async def moderate_comment(id: UUID, body: Moderation, access: SignedIn) -> Response:  # noqa: A002
    """Hide, show, delete, like or unlike; the comment as it is shown from now on."""
    async with access.transaction() as conn:
        shown = await act.moderate(conn, access.actor, Moderate(comment_id=CommentId(id), what=body.what), access.now)
    access.tell(wake.work("comment_calls"))
    return Json(shown)


@router.patch("/comments/{id}", operation_id="work_on_comment", response_model=Comment)
async def work_on_comment(id: UUID, body: CommentWork, access: SignedIn) -> Response:  # noqa: A002
    """Done or open, whose it is, its labels: for the team, and nothing that Instagram hears of."""
    is_unassigned = "assignee_id" in body.model_fields_set and body.assignee_id is None
    command = WorkOnComment(
        comment_id=CommentId(id), is_done=body.is_done, labels=body.labels, is_unassigned=is_unassigned,
        assignee_id=AgentId(body.assignee_id) if body.assignee_id is not None else None,
    )  # fmt: skip
    async with access.transaction() as conn:
        shown = await act.work(conn, access.actor, command, access.now)
    access.tell(wake.work("comment_calls"))
    return Json(shown)


@router.post("/comments/{id}/notes", operation_id="note_comment", response_model=Comment, status_code=201)
async def note_comment(id: UUID, body: NewCommentNote, access: SignedIn) -> Response:  # noqa: A002
    """Leave a remark for the team."""
    async with access.transaction() as conn:
        shown = await act.add_note(conn, access.actor, NoteComment(comment_id=CommentId(id), text=body.text), access.now)
    access.tell(wake.work("comment_calls"))
    return Json(shown, 201)


@router.post("/comments/{id}/retry", operation_id="retry_comment", response_model=Comment)
async def retry_comment(
    id: UUID,  # noqa: A002 -- the path's word
    access: SignedIn,
    body: Annotated[RetryAnswer | None, Body()] = None,
) -> Response:
    """Send an answer of ours again that failed or is in doubt: a person's decision."""
    command = RetryComment(comment_id=CommentId(id), text=body.text if body is not None else None)
    async with access.transaction() as conn:
        shown = await act.retry(conn, access.actor, command, access.now)
    access.tell(wake.work("comment_calls"))
    return Json(shown)


@router.delete("/comments/{id}", operation_id="discard_comment", status_code=204)
async def discard_comment(id: UUID, access: SignedIn) -> Response:  # noqa: A002
    """Take an answer of ours out that is not known to have been sent. What stands at Instagram is deleted by `moderation`."""
    async with access.transaction() as conn:
        await act.discard(conn, access.actor, DiscardComment(comment_id=CommentId(id)), access.now)
    access.tell(wake.work("comment_calls"))
    return Response(status_code=204)


@router.get("/posts", operation_id="list_posts", response_model=PostPage)
async def list_posts(
    access: SignedIn,
    account: UUID | None = None,
    view: Literal["open", "all"] = "all",
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """Posts that comments stand under; `open`: those with comments nobody has dealt with, at most 200, on one page."""
    if view == "open" and cursor is not None:
        raise Invalid("Posts with open comments come on one page.", field="cursor")
    before = paging.read(cursor) if cursor else paging.NEWEST
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        owned = await _owned(conn, access, account)
        if view == "open":
            waiting = await posts.with_open(conn, access.viewer, owned, _POSTS_WITH_OPEN)
            return Json(PostPage(items=[TalkedUnder(post=post, open=n) for post, n in waiting], next=None, seq=seq))
        found = await posts.page(conn, access.viewer, accounts=owned, before=before, limit=limit)
    last = found[-1] if len(found) == limit else None
    next_ = paging.write(last.last_comment_at, last.id) if last is not None and last.last_comment_at is not None else None
    return Json(PostPage(items=[TalkedUnder(post=post, open=None) for post in found], next=next_, seq=seq))


@router.get("/posts/{id}", operation_id="get_post", response_model=Post)
async def get_post(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """One post."""
    async with access.transaction() as conn:
        return Json(await posts.get(conn, access.viewer.workspace_id, id))


@router.patch("/posts/{id}", operation_id="switch_comments", response_model=Post)
async def switch_comments(id: UUID, body: PostSwitch, access: SignedIn) -> Response:  # noqa: A002
    """Switch the comments of a post on or off at Instagram; the post as it is shown from now on."""
    async with access.transaction() as conn:
        command = SwitchComments(post_id=PostId(id), is_on=body.comments_enabled)
        shown = await act.switch(conn, access.actor, command, access.now)
    access.tell(wake.work("comment_calls"))
    return Json(shown)


@router.get("/conversations/{id}/comments", operation_id="list_persons_comments", response_model=CommentPage)
async def list_persons_comments(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """The newest comments of the person of a conversation, at most 20, archived ones too."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        conversation: Conversation = await conversations.for_viewer(conn, access.viewer, ConversationId(id))
        wanted = Wanted(accounts=[conversation.account.id], author_ig_id=conversation.participant.ig_id)
        items = await comment_lists.page(conn, access.viewer, wanted, before=paging.NEWEST, limit=_OF_A_PERSON)
        answers, under = await _answers(conn, access, items), await _posts(conn, access, items)
    return Json(CommentPage(items=items, answers=answers, posts=under, next=None, seq=seq))


async def _owned(conn: Conn, access: Access, account: UUID | None) -> list[AccountId]:
    """The viewer's accounts, or the one that is asked for if it is one of those."""
    owned = [known.id for known in await accounts.all_for_viewer(conn, access.viewer)]
    return [id_ for id_ in owned if account in (None, id_)]


async def _answers(conn: Conn, access: Access, items: list[Comment]) -> list[Comment]:
    """What we wrote under these comments, one range for each account."""
    found: list[Comment] = []
    for account in sorted({one.account.id for one in items}):
        keys = [one.ig_id for one in items if one.account.id == account and one.ig_id is not None and not one.is_own]
        found += await comment_lists.answers(conn, access.viewer, account, keys, _ANSWERS) if keys else []
    return found


async def _posts(conn: Conn, access: Access, items: list[Comment]) -> list[Post]:
    wanted = sorted({one.post_id for one in items if one.post_id is not None})
    return [post for _, post in await posts.by_ids(conn, [(access.viewer.workspace_id, one) for one in wanted])]
