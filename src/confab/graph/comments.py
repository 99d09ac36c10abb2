"""Posts and what stands under them, as Meta reads and writes them. Rules K1-K19 of docs/spec/graph.md.

The same calls serve both flavours; what only one of them has says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from confab.errors import GraphError, Unanswered
from confab.graph.client import GraphClient
from confab.graph.limits import Usage
from confab.graph.token import page_of

LONGEST = 2200
"""Characters of a comment (rule K17)."""
_POST = (
    "id,caption,media_type,media_product_type,media_url,thumbnail_url,permalink,timestamp,username,owner,comments_count,"
    "is_comment_enabled"
)
_ONE = "id,text,timestamp,username,from{id,username},hidden,parent_id"
_COMMENT = f"{_ONE},replies{{{_ONE}}}"
_MENTIONED = "id,text,timestamp,username,media{id,caption,media_type,media_url,permalink,username,timestamp}"
_MENTIONED_POST = "id,caption,media_type,media_url,permalink,username,timestamp"
_PAGE = 50
_TOO_MUCH = 1
_NO_OBJECT = (100, 33)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPost:
    """A post as Meta shows it. `picture`: where it has one. `is_own`: only of its own media Meta names the owner (rule K18)."""

    ig_id: str
    is_own: bool
    product_type: str | None
    media_type: str | None
    caption: str | None
    permalink: str | None
    username: str | None
    published_at: datetime | None
    picture: str | None
    comments_count: int | None
    comments_enabled: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadComment:
    """A comment as Meta shows it; `text` None: a picture or a sticker, of which nothing is told."""

    ig_id: str
    text: str | None
    written_at: datetime | None
    author_ig_id: str | None
    username: str | None
    hidden: bool
    parent_ig_id: str | None
    replies: Sequence["ReadComment"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """A page of posts, newest first; where the next begins (None: nowhere)."""

    posts: list[ReadPost]
    after: str | None
    usage: Usage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comments:
    """A page of comments, newest first, with what hangs on each."""

    comments: list[ReadComment]
    after: str | None
    usage: Usage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A mention as it is read through the account (rule K7). `comment` None: the caption mentions it."""

    comment: ReadComment | None
    post: ReadPost | None


class _Cursors(msgspec.Struct, frozen=True):
    after: str | None = None


class _Paging(msgspec.Struct, frozen=True):
    cursors: _Cursors = _Cursors()
    next: str | None = None


class _Post(msgspec.Struct, frozen=True):
    id: str | int | None = None
    caption: str | None = None
    media_type: str | None = None
    media_product_type: str | None = None
    media_url: str | None = None
    thumbnail_url: str | None = None
    permalink: str | None = None
    timestamp: str | int | None = None
    username: str | None = None
    owner: object = None
    comments_count: int | None = None
    is_comment_enabled: bool | None = None


class _Author(msgspec.Struct, frozen=True):
    id: str | int | None = None
    username: str | None = None


class _Replies(msgspec.Struct, frozen=True):
    data: "list[_Comment]" = []


class _Comment(msgspec.Struct, frozen=True):
    id: str | int | None = None
    text: str | None = None
    timestamp: str | int | None = None
    username: str | None = None
    author: _Author | None = msgspec.field(default=None, name="from")
    hidden: bool = False
    parent_id: str | int | None = None
    replies: _Replies = _Replies()
    media: _Post | None = None


class _PostPage(msgspec.Struct, frozen=True):
    data: list[_Post] = []
    paging: _Paging = _Paging()


class _CommentPage(msgspec.Struct, frozen=True):
    data: list[_Comment] = []
    paging: _Paging = _Paging()


class _Mentioned(msgspec.Struct, frozen=True):
    mentioned_comment: _Comment | None = None
    mentioned_media: _Post | None = None


class _Made(msgspec.Struct, frozen=True):
    id: str | int | None = None


class _Done(msgspec.Struct, frozen=True):
    success: bool = False


def is_gone(error: GraphError) -> bool:
    """Whether it says that there is no such object, or that it is not ours. Rules K15, K18."""
    return (error.graph_code, error.subcode) == _NO_OBJECT


def can_like(token: str) -> bool:
    """Only Facebook's login has likes. Rule K13."""
    return page_of(token) is not None


async def posts(graph: GraphClient, *, token: str, ig_id: str, after: str | None, limit: int) -> Posts:
    """The account's posts, newest first, each with how many comments it has. Rule K1."""
    parameters = {"fields": _POST, "limit": str(limit)} | ({"after": after} if after else {})
    found, usage = await graph.read(f"{ig_id}/media", token=token, shape=_PostPage, parameters=parameters)
    known = [read for one in found.data if (read := _post(one)) is not None]
    return Posts(posts=known, after=found.paging.cursors.after if found.paging.next else None, usage=usage)


async def post(graph: GraphClient, *, token: str, ig_id: str) -> ReadPost | None:
    """One post. Rejected with `is_gone` for one that is not ours or not there. Rules K1, K18."""
    found, _ = await graph.read(ig_id, token=token, shape=_Post, parameters={"fields": _POST})
    return _post(found)


async def on_air(graph: GraphClient, *, token: str, ig_id: str) -> frozenset[str]:
    """The broadcasts of the account that go on. Rule K19."""
    found, _ = await graph.read(f"{ig_id}/live_media", token=token, shape=_PostPage, parameters={"fields": "id"})
    return frozenset(str(one.id) for one in found.data if one.id is not None)


async def comments(graph: GraphClient, *, token: str, media: str, after: str | None) -> Comments:
    """A page of what stands under a post. Where that is more than Meta gives at once, without what hangs on it. Rules K2, C15."""
    where = {"limit": str(_PAGE)} | ({"after": after} if after else {})
    try:
        found, usage = await graph.read(
            f"{media}/comments", token=token, shape=_CommentPage, parameters={"fields": _COMMENT, **where}
        )
    except GraphError as error:
        if error.graph_code != _TOO_MUCH:
            raise
        found, usage = await graph.read(
            f"{media}/comments", token=token, shape=_CommentPage, parameters={"fields": _ONE, **where}
        )
    known = [read for one in found.data if (read := _comment(one)) is not None]
    return Comments(comments=known, after=found.paging.cursors.after if found.paging.next else None, usage=usage)


async def comment(graph: GraphClient, *, token: str, ig_id: str) -> ReadComment | None:
    """One comment with what hangs on it. Rejected with `is_gone` when it was deleted. Rule K15."""
    found, _ = await graph.read(ig_id, token=token, shape=_Comment, parameters={"fields": _COMMENT})
    return _comment(found)


async def mention(graph: GraphClient, *, token: str, ig_id: str, comment_id: str | None, media_id: str | None) -> Mention:
    """What mentions the account, and under what. Rejected with 10 when nothing does (any more). Rule K7."""
    if comment_id is not None:
        fields = f"mentioned_comment.comment_id({comment_id}){{{_MENTIONED}}}"
    else:
        fields = f"mentioned_media.media_id({media_id}){{{_MENTIONED_POST}}}"
    found, _ = await graph.read(ig_id, token=token, shape=_Mentioned, parameters={"fields": fields})
    said, shown = found.mentioned_comment, found.mentioned_media
    if said is not None:
        shown = said.media
    return Mention(comment=_comment(said) if said is not None else None, post=_post(shown) if shown is not None else None)


async def reply(graph: GraphClient, *, token: str, comment_id: str, text: str) -> str:
    """Answer a comment where everybody sees it: the id of the answer. Raises Unanswered when it may stand there. Rules K3, K4."""
    return await _write(graph, f"{comment_id}/replies", token, {"message": text})


async def answer_mention(graph: GraphClient, *, token: str, ig_id: str, media: str, comment_id: str | None, text: str) -> str:
    """The same for a mention on another's post. Rule K8."""
    body = {"media_id": media, "message": text} | ({"comment_id": comment_id} if comment_id is not None else {})
    return await _write(graph, f"{ig_id}/mentions", token, body)


async def hide(graph: GraphClient, *, token: str, comment_id: str, is_hidden: bool) -> None:
    """Hide a comment from everybody but its author and their friends, or show it again. Rule K5."""
    await _do(graph, "POST", comment_id, token, {"hide": "true" if is_hidden else "false"})


async def delete(graph: GraphClient, *, token: str, comment_id: str) -> None:
    """Delete a comment under our own post; one that is gone already is deleted. Rule K6."""
    try:
        await _do(graph, "DELETE", comment_id, token, {})
    except GraphError as error:
        if not is_gone(error):
            raise


async def like(graph: GraphClient, *, token: str, ig_id: str, comment_id: str, is_liked: bool) -> None:
    """Like a comment, or take that back. Facebook's login alone. Rule K13."""
    await _do(graph, "POST" if is_liked else "DELETE", f"{ig_id}/likes", token, {"comment_id": comment_id})


async def enable(graph: GraphClient, *, token: str, media: str, is_on: bool) -> None:
    """Whether a post takes comments. Rule K14."""
    await _do(graph, "POST", media, token, {"comment_enabled": "true" if is_on else "false"})


async def _write(graph: GraphClient, path: str, token: str, body: dict[str, str]) -> str:
    made, _ = await graph.write("POST", path, token=token, shape=_Made, body=dict(body), is_send=True)
    if not made.id:
        raise Unanswered("Instagram took the comment without naming it.")
    return str(made.id)


async def _do(graph: GraphClient, method: str, path: str, token: str, parameters: dict[str, str]) -> None:
    """A repeat of it changes nothing."""
    await graph.write(method, path, token=token, shape=_Done, parameters=parameters, is_send=False)


def _post(given: _Post) -> ReadPost | None:
    if given.id is None:
        return None
    return ReadPost(
        ig_id=str(given.id), is_own=given.owner is not None, product_type=given.media_product_type, media_type=given.media_type,
        caption=given.caption, permalink=given.permalink, username=given.username, published_at=_moment(given.timestamp),
        picture=given.thumbnail_url or (given.media_url if given.media_type != "VIDEO" else None),
        comments_count=given.comments_count, comments_enabled=given.is_comment_enabled,
    )  # fmt: skip


def _comment(given: _Comment) -> ReadComment | None:
    if given.id is None:
        return None
    author = given.author or _Author()
    return ReadComment(
        ig_id=str(given.id), text=given.text, written_at=_moment(given.timestamp),
        author_ig_id=str(author.id) if author.id is not None else None, username=author.username or given.username,
        hidden=given.hidden, parent_ig_id=str(given.parent_id) if given.parent_id is not None else None,
        replies=[read for one in given.replies.data if (read := _comment(one)) is not None],
    )  # fmt: skip


def _moment(written: str | int | None) -> datetime | None:
    text = str(written or "").strip()
    try:
        found = datetime.fromtimestamp(int(text), UTC) if text.isascii() and text.isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
