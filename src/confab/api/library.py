"""`/library`: what connected customers see, under their own session. Pages for people, and the same as JSON. Rules LB5-LB7."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC
from importlib import resources
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from confab.api import library_pages, media, member_access, member_pages, paging
from confab.api.access import Running
from confab.api.encode import Json
from confab.api.library_pages import Filters, Shelf
from confab.api.member_access import MemberAccess, SignedInMember
from confab.api.services import Services
from confab.api.verify import Pages
from confab.errors import Invalid, NotFound, Unauthenticated
from confab.members import arrive, shelf
from confab.model.library import KINDS, ItemId, ItemKind, LibraryItem
from confab.store import library as store
from confab.store import members, wake
from confab.store.library import Wanted

pages = APIRouter(include_in_schema=False, route_class=Pages)
router = APIRouter(include_in_schema=False)

_KINDS: dict[str, ItemKind] = {kind: kind for kind in KINDS}
_PAGE = 60
_EXPORTED_AT_ONCE = 200


class ItemPatch(BaseModel):
    """What a member says about an item; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = None
    tags: list[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """The newest share first; `next` is the cursor of the page below, null at the end."""

    items: list[LibraryItem]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Whether the library is another than the one that a page shows, and whether more is expected at once."""

    mark: str
    is_gathering: bool


@pages.get("/library")
async def show(request: Request, services: Running, q: str = "", kind: str = "", tag: str = "", cursor: str = "") -> Response:
    """The library, or the way in for who is not signed in."""
    try:
        access = await member_access.signed_in(request)
    except Unauthenticated:
        return RedirectResponse("/verify/sign-in", 303, member_pages.HEADERS)
    chosen = _KINDS.get(kind)
    filters = Filters(q=q.strip()[:200], kind=chosen, tag=tag.strip()[:40], cursor=cursor)
    async with access.transaction() as conn:
        mark = await store.mark(conn, access.member)  # first: what comes meanwhile is shown twice rather than never
        items, next_ = await _page(access, _wanted(filters, _PAGE))
        count, tags = await store.count(conn, access.member), await store.tags(conn, access.member)
        connected = await members.connected(conn, access.member)
        is_gathering = await store.is_gathering(conn, access.member)
    return library_pages.library(
        Shelf(
            brand=services.settings.brand_name, member=access.member, filters=filters, items=items, count=count, tags=tags,
            connected=connected, next=next_, mark=mark, is_gathering=is_gathering,
        )
    )  # fmt: skip


@pages.get("/library/live.js")
async def script() -> Response:
    """What keeps an open page current, where the browser runs scripts."""
    text = (resources.files("confab.api") / "pages" / "library.js").read_text("utf-8")
    return Response(text, headers={"cache-control": "no-cache"}, media_type="text/javascript")


@pages.post("/library/items/{id}")
async def annotate(id: UUID, request: Request, access: SignedInMember) -> Response:  # noqa: A002 -- the path's word
    """Keep a note and tags from the page's form."""
    form = await member_access.form_of(request)
    await _annotate(access, ItemId(id), form.get("note", ""), form.get("tags", "").split(","))
    return _back(form, f"#i{id}")


@pages.post("/library/items/{id}/remove")
async def remove(id: UUID, request: Request, access: SignedInMember) -> Response:  # noqa: A002 -- the path's word
    """Take an item out. One that is gone already is no mistake."""
    form = await member_access.form_of(request)
    await _remove(access, ItemId(id))
    return _back(form)


@pages.post("/library/disconnect")
async def disconnect(request: Request, access: SignedInMember) -> Response:
    """Nothing new comes in any more. What is there stays, and this browser may still see, take and delete it."""
    await member_access.form_of(request)
    await arrive.disconnect(access.services.db, access.member, access.session_id, access.now)
    access.tell()
    return _back({})


@pages.post("/library/forget")
async def forget(request: Request, access: SignedInMember) -> Response:
    """Disconnect, and delete all that is the member's."""
    form = await member_access.form_of(request)
    if form.get("sure") != "yes":
        raise Invalid("Tick the box to say that you are sure.", field="sure")
    await arrive.disconnect(access.services.db, access.member, access.session_id, access.now)
    async with access.transaction() as conn:
        await shelf.forget(conn, access.member, access.now, is_hooked=_is_hooked(access.services))
    access.tell(wake.work("library_events"))
    done = member_pages.card(
        access.services.settings.brand_name,
        "Everything is deleted",
        "Your profile is disconnected. Thank you for having been here.",
    )
    member_access.sign_out(done, access.services)
    return done


@pages.post("/library/sign-out")
async def sign_out(request: Request, access: SignedInMember) -> Response:
    """The session is over."""
    await member_access.form_of(request)
    async with access.transaction() as conn:
        await members.end_session(conn, access.member.workspace_id, access.session_id)
    answer = member_pages.card(access.services.settings.brand_name, "You are signed out", member_pages.to_library())
    member_access.sign_out(answer, access.services)
    return answer


@router.get("/library/export.json")
async def export(access: SignedInMember) -> Response:
    """Everything, in one JSON document that is written as it is read."""
    headers = {"cache-control": "no-store", "content-disposition": 'attachment; filename="library.json"'}
    return StreamingResponse(_exported(access), headers=headers, media_type="application/json")


@router.get("/library/news")
async def news(access: SignedInMember) -> Response:
    """What an open page asks again and again: two facts, by an index of this member's own items."""
    async with access.transaction() as conn:
        mark, is_gathering = await store.mark(conn, access.member), await store.is_gathering(conn, access.member)
    answer = Json(News(mark=mark, is_gathering=is_gathering))
    answer.headers["cache-control"] = "no-store"
    return answer


@router.get("/library/media/{id}")
async def preview(id: UUID, access: SignedInMember, asked: media.Asked) -> Response:  # noqa: A002 -- the path's word
    """The picture of an item."""
    async with access.transaction() as conn:
        found = await store.preview(conn, access.member, ItemId(id), access.now)
    return await media.small(access.services, access.member.workspace_id, found, asked)


@router.get("/library/api/items")
async def list_items(
    access: SignedInMember,
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Literal["reel", "post", "story", "link"] | None = None,
    tag: Annotated[str, Query(max_length=40)] = "",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = _PAGE,
) -> Response:
    """The member's items."""
    wanted = _wanted(Filters(q=q, kind=kind, tag=tag, cursor=cursor), limit)
    items, next_ = await _page(access, wanted)
    return Json(ItemPage(items=items, next=next_))


@router.patch("/library/api/items/{id}")
async def update_item(id: UUID, body: ItemPatch, access: SignedInMember) -> Response:  # noqa: A002 -- the path's word
    """Change note or tags."""
    async with access.transaction() as conn:
        known = await store.one(conn, access.member, ItemId(id))
    if known is None:
        raise NotFound("There is no such item in your library.")
    note = known.note if body.note is None else body.note
    return Json(await _annotate(access, ItemId(id), note, known.tags if body.tags is None else body.tags))


@router.delete("/library/api/items/{id}", status_code=204)
async def delete_item(id: UUID, access: SignedInMember) -> Response:  # noqa: A002 -- the path's word
    """Take an item out. Raises NotFound for one that is not there."""
    if not await _remove(access, ItemId(id)):
        raise NotFound("There is no such item in your library.")
    return Response(status_code=204)


def _wanted(filters: Filters, limit: int) -> Wanted:
    after = paging.read(filters.cursor) if filters.cursor else None
    return Wanted(text=filters.q or None, kind=filters.kind, tag=filters.tag or None, after=after, limit=limit)


async def _page(access: MemberAccess, wanted: Wanted) -> tuple[list[LibraryItem], str | None]:
    """A page of items, and the cursor of the next one."""
    async with access.transaction() as conn:
        items = await store.page(conn, access.member, wanted)
    last = items[-1] if len(items) == wanted.limit else None
    return items, paging.write(last.last_sent_at, last.id) if last else None


async def _annotate(access: MemberAccess, item: ItemId, note: str, tags: list[str]) -> LibraryItem:
    async with access.transaction() as conn:
        changed = await shelf.annotate(
            conn, access.member, item, note=note, tags=tags, now=access.now, is_hooked=_is_hooked(access.services)
        )  # fmt: skip
    access.tell(wake.work("library_events"))
    return changed


async def _remove(access: MemberAccess, item: ItemId) -> bool:
    async with access.transaction() as conn:
        count = await shelf.remove(conn, access.member, [item], access.now, is_hooked=_is_hooked(access.services))
    access.tell(wake.work("library_events"))
    return count > 0


async def _exported(access: MemberAccess) -> AsyncGenerator[bytes]:
    """Page by page, each a short transaction: a large library holds up nobody."""
    head = {"exported_at": access.now.astimezone(UTC), "workspace": access.workspace, "member": {
        "id": access.member.id, "user_id": access.member.user_id, "email": access.member.email}}  # fmt: skip
    yield msgspec.json.encode(head)[:-1] + b',"items":['
    wanted, joint = Wanted(limit=_EXPORTED_AT_ONCE), b""
    while True:
        async with access.transaction() as conn:
            items = await store.page(conn, access.member, wanted)
        for item in items:
            yield joint + msgspec.json.encode(item)
            joint = b","
        if len(items) < wanted.limit:
            break
        wanted = Wanted(limit=wanted.limit, after=(items[-1].last_sent_at, items[-1].id))
    yield b"]}\n"


def _back(form: dict[str, str], place: str = "") -> Response:
    """To the page that the form was on: one of our own, whatever it says."""
    back = form.get("back", "")
    where = back if back == "/library" or (back.startswith("/library?") and back.isprintable()) else "/library"
    return RedirectResponse(where + place, 303, member_pages.HEADERS)


def _is_hooked(services: Services) -> bool:
    return services.settings.library_hook_url is not None
