"""Saved replies: the workspace's, which everybody uses, and each person's own. Nobody is told of changes: who looks fetches."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.errors import Invalid
from confab.inbox import saved
from confab.model.inbox import Seq
from confab.model.saved import SavedReply, SavedReplyId, Scope
from confab.store import changes, saved_replies

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedReplyPage:
    """All that the viewer may use, by shortcut; `next` is always null."""

    items: list[SavedReply]
    next: str | None
    seq: Seq


class NewSavedReply(BaseModel):
    """A text to keep. `shortcut`: the word after "/" in the composer; `scope`: whose it is.

    `text` may hold {first_name}, {name}, {username}, {account} and {agent}, each with what to say where it is not known after a
    bar: {first_name|there}.
    """

    model_config = ConfigDict(extra="forbid")

    scope: Scope
    shortcut: str
    title: str
    text: str


class SavedReplyPatch(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    shortcut: str | None = None
    title: str | None = None
    text: str | None = None


@router.get("/saved-replies", operation_id="list_saved_replies", response_model=SavedReplyPage)
async def list_saved_replies(access: SignedIn) -> Response:
    """The workspace's saved replies and your own."""
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, access.viewer.workspace_id)
        items = await saved_replies.all_for_viewer(conn, access.viewer)
    return Json(SavedReplyPage(items=items, next=None, seq=seq))


@router.post("/saved-replies", operation_id="create_saved_reply", response_model=SavedReply, status_code=201)
async def create_saved_reply(body: NewSavedReply, access: SignedIn) -> Response:
    """Keep a text: your own, or, for owners and admins, the workspace's."""
    async with access.transaction() as conn:
        made = await saved.save(conn, access.viewer, body.scope, body.shortcut, body.title, body.text, access.now)
    return Json(made, 201)


@router.patch("/saved-replies/{id}", operation_id="update_saved_reply", response_model=SavedReply)
async def update_saved_reply(id: UUID, body: SavedReplyPatch, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Change one that is yours, or, for owners and admins, one of the workspace."""
    if not body.model_fields_set:
        raise Invalid("Say what to change: shortcut, title or text.", field="text")
    async with access.transaction() as conn:
        changed = await saved.change(conn, access.viewer, SavedReplyId(id), body.shortcut, body.title, body.text, access.now)
    return Json(changed)


@router.delete("/saved-replies/{id}", operation_id="delete_saved_reply", status_code=204)
async def delete_saved_reply(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Forget one."""
    async with access.transaction() as conn:
        await saved.remove(conn, access.viewer, SavedReplyId(id))
    return Response(status_code=204)
