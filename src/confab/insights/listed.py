"""What an account published, as Instagram lists it: known as any other post, with caption and picture, and counted."""

from collections.abc import Sequence
from datetime import datetime

from confab.graph import insights as meta
from confab.graph.metrics import PRODUCT_OF
from confab.model.changes import PostUpdated
from confab.model.inbox import AccountId, WorkspaceId
from confab.model.insights import MediaKind
from confab.store import ids, insights, posts
from confab.store.db import Conn

_KIND_OF: dict[str, MediaKind] = {"FEED": "post", "REELS": "reel", "STORY": "story"}


async def keep(
    conn: Conn, workspace: WorkspaceId, account: AccountId, listed: Sequence[meta.Post], now: datetime
) -> list[PostUpdated]:
    """Note them; what is to be published of those that somebody talked under. Of a story no picture is shown. Rule IV15."""
    changed = await posts.list_up(conn, workspace, account, [_published(one, account) for one in listed], now)
    await insights.put_media(
        conn, workspace, account,
        [insights.Counted(ig_id=one.ig_id, kind=_kind(one), published_at=one.published_at) for one in listed],
    )  # fmt: skip
    known = await posts.by_ids(conn, [(workspace, one) for one in changed])
    return [PostUpdated(type="post_updated", post=post) for _, post in known if post.last_comment_at is not None]


def _published(post: meta.Post, account: AccountId) -> posts.Published:
    return posts.Published(
        id=ids.derived(post.published_at, str(account), post.ig_id), ig_id=post.ig_id, product_type=post.product,
        caption=post.caption, permalink=post.permalink, published_at=post.published_at,
        picture_source_url=post.picture_url if _kind(post) != "story" else None,
    )  # fmt: skip


def _kind(post: meta.Post) -> MediaKind:
    return _KIND_OF[PRODUCT_OF.get(post.product, "FEED")]
