"""Searching people, conversations, comments and messages."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid
from confab.model.inbox import Seq
from confab.model.search import HitKind, SearchHit
from confab.search import find
from confab.search.find import Asked
from confab.store import accounts, changes
from confab.store import search as store

router = APIRouter()
_ALL: frozenset[HitKind] = frozenset({"person", "conversation", "comment", "message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """What was found: people, conversations, comments, then messages from the newest on; later pages have messages alone,
    or comments where nothing else is asked for.

    `next` is the cursor of the next page, which may have few hits or none: where words are frequent and what is wanted is rare.
    `is_complete`: everything that is here is indexed; until then the newest is.
    """

    items: list[SearchHit]
    next: str | None
    seq: Seq
    is_complete: bool


@router.get("/search", operation_id="search", response_model=SearchPage)
async def search(
    access: SignedIn,
    q: Annotated[str, Query(max_length=1000)],
    kind: Literal["all", "person", "conversation", "comment", "message"] = "all",
    account: UUID | None = None,
    archived: bool = False,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> Response:
    """People by name, conversations by label or note, comments and messages by words; the last word may be the beginning of one.

    `archived`: also what lies in the archive.
    """
    query = find.read(q)
    access.services.searches.take(access.viewer.agent_id, access.now)
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        owned = [known.id for known in await accounts.all_for_viewer(conn, access.viewer)]
        asked = Asked(
            query=query, kinds=_ALL if kind == "all" else frozenset({kind}),
            accounts=[id_ for id_ in owned if account in (None, id_)], with_archived=archived, before=_position(cursor),
            limit=limit,
        )  # fmt: skip
        page = await find.page(conn, access.viewer, asked)
        indexed = await store.indexed(conn, access.viewer.workspace_id)
    return Json(
        SearchPage(
            items=page.hits, next=str(page.next) if page.next else None, seq=seq,
            is_complete=indexed is not None and indexed.is_whole and indexed.has_comments,
        )
    )  # fmt: skip


def _position(cursor: str | None) -> UUID | None:
    try:
        return UUID(cursor) if cursor else None
    except ValueError:
        raise Invalid("This cursor is not one of ours; begin again without one.", field="cursor") from None
