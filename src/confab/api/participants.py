"""The person on the other side of a conversation: read anew, linked to another system's record, their picture mended."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from confab.api.access import SignedIn
from confab.api.encode import Json
from confab.model.commands import LinkLead, RefreshProfile, ReportPicture
from confab.model.inbox import Conversation, ConversationId
from confab.profiles import ask
from confab.store import wake

router = APIRouter()


class ParticipantPatch(BaseModel):
    """What another system calls this person: opaque to us, null forgets it."""

    model_config = ConfigDict(extra="forbid")

    linked_lead_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReport:
    """Whether the picture is fetched anew because of this report; a participant's at most once a day."""

    enqueued: bool


@router.patch("/conversations/{id}/participant", operation_id="update_participant", response_model=Conversation)
async def update_participant(id: UUID, body: ParticipantPatch, access: SignedIn) -> Response:  # noqa: A002
    """Link the participant to another system's record, 1 to 200 characters on one line."""
    command = LinkLead(conversation_id=ConversationId(id), lead_id=body.linked_lead_id)
    async with access.transaction() as conn:
        conversation = await ask.link_lead(conn, access.actor, command, access.now)
    access.tell()
    return Json(conversation)


@router.post(
    "/conversations/{id}/participant/refresh", operation_id="refresh_participant", response_model=Conversation, status_code=202
)
async def refresh_participant(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """Have the profile read at Instagram now; a change tells when that is done, or why not."""
    async with access.transaction() as conn:
        conversation = await ask.refresh(conn, access.actor, RefreshProfile(conversation_id=ConversationId(id)), access.now)
    access.tell(wake.work("profiles"))
    return Json(conversation, 202)


@router.post(
    "/conversations/{id}/participant/picture-broken", operation_id="report_picture", response_model=PictureReport, status_code=202
)
async def report_picture(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """A browser says that the participant's picture does not show."""
    async with access.transaction() as conn:
        enqueued = await ask.report_picture(conn, access.actor, ReportPicture(conversation_id=ConversationId(id)), access.now)
    access.services.wake.say(wake.work("refreshes"))
    return Json(PictureReport(enqueued=enqueued), 202)
