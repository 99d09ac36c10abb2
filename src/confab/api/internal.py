"""What our own services ask for, with the service token. These bodies and answers are fixed: docs/connect.md."""

import asyncio
import hashlib
import hmac
import math
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from pydantic import AfterValidator, BaseModel, StringConstraints
from starlette.responses import Response

from confab.api import problems
from confab.api.access import Running
from confab.api.encode import Json
from confab.api.services import Services, services_of
from confab.errors import Conflict, Invalid, NotFound, TooMany, Unauthenticated, WindowClosed
from confab.inbox import answer as answering
from confab.inbox.receive import KEPT, Answer
from confab.members.offer import Offers, speaker
from confab.members.tokens import DAY, MOST_A_DAY, digest
from confab.members.wording import Wording
from confab.model.commands import Send
from confab.model.inbox import IgId, MessageId, WorkspaceId
from confab.model.outgoing import Text
from confab.store import accounts, conversations, ids, messages, outbound, verifications, wake
from confab.store.db import Conn
from confab.store.outbound import OutboundRow
from confab.store.verifications import Line, Token

HEADER = "x-service-token"
_PATIENCE_S = 10.0
_LOOK_EVERY_S = 0.15
_SECONDS_BELOW = 1e11  # as in Meta's own events
_LATEST_MS = 4_102_444_800_000  # the year 2100, after which no clock shows


class _Guarded(APIRoute):
    """Who does not know the token learns nothing, not even what is wrong with the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:  # Starlette's own signature
        """The handler behind the check."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            _check(request.headers.get(HEADER), services_of(request).settings.service_token)
            return await answer(request)

        return guarded


router = APIRouter(prefix="/api/internal", include_in_schema=False, route_class=_Guarded)


def _text(value: str) -> str:
    if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError("holds a NUL character or half of a character")
    return value


_Name = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_text)]
_Words = Annotated[str, AfterValidator(_text)]


class NewEvent(BaseModel):
    """A message that another program took in from Instagram. `timestamp` is in seconds or milliseconds."""

    mid: _Name
    sender_ig_id: _Name
    recipient_ig_id: _Name
    timestamp: float | str
    message_text: _Words | None = None
    attachments: list[Any] | None = None  # Meta's own


class WhoToVerify(BaseModel):
    """A profile, and the event that asks for it. `account`: whose customer, where several accounts know the profile."""

    ig_id: _Name
    event_id: _Name
    account: _Name | None = None


class LinkToSend(BaseModel):
    """A profile and a live token of it."""

    ig_id: _Name
    token_plain: _Name
    account: _Name | None = None


class TextToSend(BaseModel):
    """A profile and what it is to be told."""

    ig_id: _Name
    message_text: _Words
    kind: Literal["custom"] = "custom"
    account: _Name | None = None


@router.post("/ingest-event")
async def ingest_event(body: NewEvent, services: Running) -> Response:
    """Take a message in as if it had come by webhook; the same `mid` again changes nothing."""
    raw = _delivery(body)
    async with services.db.transaction() as conn:
        route = await accounts.route(conn, IgId(body.recipient_ig_id))
    said: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    services.ledger.keep(route.app_id if route else None, raw, lambda answer: None if said.done() else said.set_result(answer))
    if await said is not KEPT:
        return problems.answer(503, "database_unavailable", "The event was not kept. Send it again.", {"retry-after": "2"})
    return Json({"success": True, "message": "Event accepted for processing"})


@router.post("/generate-verification")
async def generate_verification(body: WhoToVerify, services: Running) -> Response:
    """A token for the profile: the live one where there is one, else a new one. Only its hash is told."""
    line, now = await _line(services, body.ig_id, body.account), services.clock.now()
    async with services.db.viewing(line.workspace_id) as conn:
        conversation = await conversations.lock(conn, line.workspace_id, line.conversation_id)
        token = await verifications.open_one(conn, line.workspace_id, line.participant_id)
        if token is None or not token.is_live(now):
            await _refuse_many(conn, line, now)
            key = (line.workspace_id, line.account_id, ids.digest(body.event_id))
            asked = [row.id for row in await messages.rows_by_mids(conn, [key]) if row.mid == body.event_id]
            token = services.mint.new(conversation, body.event_id, asked[0] if asked else None, now)
            await verifications.create(conn, token)
    return Json({"token_hash": token.digest.hex(), "expires_at": token.expires_at, "ig_id": body.ig_id})


@router.post("/send-verification-dm")
async def send_verification_dm(body: LinkToSend, services: Running) -> Response:
    """Send the link of a live token of this profile."""
    line, now = await _line(services, body.ig_id, body.account), services.clock.now()
    offers = Offers(send=answering.send, wording=Wording.of(services.settings))
    with _told_in_their_words():
        async with services.db.viewing(line.workspace_id) as conn:
            conversation = await conversations.lock(conn, line.workspace_id, line.conversation_id)
            token = await _live(conn, line, body.token_plain, now)
            message = await offers.make(conn, conversation, token, f"verification-dm:{ids.new(now)}", now)
    return await _outcome(services, line.workspace_id, message.id)


@router.post("/send-dm")
async def send_dm(body: TextToSend, services: Running) -> Response:
    """Send a text to the profile."""
    line, now = await _line(services, body.ig_id, body.account), services.clock.now()
    command = Send(
        conversation_id=line.conversation_id, client_key=f"send-dm:{ids.new(now)}",
        content=Text(type="text", text=body.message_text), purpose="custom",
    )  # fmt: skip
    with _told_in_their_words():
        async with services.db.viewing(line.workspace_id) as conn:
            message, _ = await answering.send(conn, speaker(line.workspace_id, services.settings.brand_name), command, now)
    return await _outcome(services, line.workspace_id, message.id)


def _check(given: str | None, expected: str | None) -> None:
    """Raise Unauthenticated unless it is the token. Digests are compared, so neither content nor length shows in the time."""
    if not given or not expected or not hmac.compare_digest(_hash(given), _hash(expected)):
        raise Unauthenticated(f"{HEADER} is missing or wrong.", field=HEADER)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _delivery(event: NewEvent) -> bytes:
    """The event as Meta would have told it."""
    at = _milliseconds(event.timestamp)
    message: dict[str, Any] = {"mid": event.mid}  # as JSON
    if event.message_text is not None:
        message["text"] = event.message_text
    if event.attachments is not None:
        message["attachments"] = event.attachments
    item = {"sender": {"id": event.sender_ig_id}, "recipient": {"id": event.recipient_ig_id}, "timestamp": at, "message": message}
    if event.sender_ig_id == event.recipient_ig_id:
        message["is_self"] = True
    try:
        return msgspec.json.encode(
            {"object": "instagram", "entry": [{"id": event.recipient_ig_id, "time": at, "messaging": [item]}]}
        )
    except UnicodeEncodeError:
        raise Invalid("attachments holds half of a character.", field="attachments") from None


def _milliseconds(given: float | str) -> int:
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    at = number * 1000 if number < _SECONDS_BELOW else number
    if not 0 <= at < _LATEST_MS:
        raise Invalid("timestamp is a time since 1970 in seconds or milliseconds.", field="timestamp")
    return round(at)


async def _line(services: Services, ig_id: str, account: str | None) -> Line:
    """The one conversation with this profile. Raises NotFound; Conflict where there are several and nobody says which."""
    async with services.db.transaction() as conn:
        found = [one for one in await verifications.lines_of(conn, ig_id) if account in (None, one.account_ig_id)]
    if not found:
        raise NotFound("No account has a conversation with this profile.", field="ig_id" if account is None else "account")
    if len(found) > 1:
        raise Conflict(
            "Several accounts have a conversation with this profile: name one by its Instagram id in `account`.",
            code="ambiguous", field="account", accounts=[one.account_ig_id for one in found],
        )  # fmt: skip
    return found[0]


async def _refuse_many(conn: Conn, line: Line, now: datetime) -> None:
    """Raise TooMany when the profile had its tokens of a day, whoever asked for them."""
    made = await verifications.made_since(conn, line.workspace_id, line.participant_id, now - DAY)
    if len(made) >= MOST_A_DAY:
        again_at = made[-MOST_A_DAY] + DAY
        raise TooMany(
            f"This profile had {MOST_A_DAY} tokens within 24 hours, and none of them is valid any more. "
            f"Ask again at {again_at:%Y-%m-%dT%H:%M:%SZ} or later.",
            field="ig_id", code="too_many_tokens", retry_after_s=math.ceil((again_at - now).total_seconds()),
        )  # fmt: skip


async def _live(conn: Conn, line: Line, plain: str, now: datetime) -> Token:
    found = await verifications.find_by_digest(conn, digest(plain))
    token = await verifications.get(conn, line.workspace_id, found.id) if found is not None else None
    if token is None or token.participant_id != line.participant_id or not token.is_live(now):
        raise NotFound("This token is not known for this profile, or not valid any more.", field="token_plain")
    return token


@contextmanager
def _told_in_their_words() -> Generator[None, None, None]:
    """What the gate refuses, with its rule, and with the fields of these bodies."""
    try:
        yield
    except Invalid as refused:
        field = "message_text" if refused.facts.get("field") == "text" else refused.facts.get("field")
        raise Invalid(refused.detail, **{**refused.facts, "field": field}) from None
    except WindowClosed as refused:
        verdict = refused.facts.get("verdict")
        raise WindowClosed(refused.detail, **{"rule": getattr(verdict, "rule", None), **refused.facts}) from None


async def _outcome(services: Services, workspace: WorkspaceId, message: MessageId) -> Response:
    """What came of it, once it is known or ten seconds are over. Nothing is held while it is waited for."""
    services.wake.say(wake.changed(workspace), *wake.sending())
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE_S
    while True:
        async with services.db.viewing(workspace) as conn:
            call = await outbound.of_message(conn, workspace, message)
        assert call is not None  # noqa: S101 -- written with its message
        if call.state in ("sent", "failed", "discarded") or loop.time() >= until or services.closing.is_set():
            return _answer(call)
        await asyncio.sleep(_LOOK_EVERY_S)


def _answer(call: OutboundRow) -> Response:
    match call.state:
        case "sent":
            return Json({"success": True, "remote_message_id": call.remote_id, "outbound_message_id": call.id})
        case "failed" if call.attempted_at is not None:
            reason = call.error_message or "Instagram refused it."
            return problems.answer(502, call.error_code or "rejected_by_meta", reason, outbound_message_id=call.id)
        case "failed" | "discarded":
            reason = call.error_message or "An agent discarded it."
            return problems.answer(409, call.error_code or "conflict", reason, outbound_message_id=call.id)
        case _:
            return Json({"success": True, "remote_message_id": None, "outbound_message_id": call.id}, 202)
