"""Calls to Meta: each is one attempt with one time-out, and says honestly how it ended.

Source: rules S1-S5, S11, C2-C5, P1, T6, T9 of docs/spec/graph.md. Tokens travel in the Authorization header; the one that is
renewed Meta wants as a parameter, too.
"""

import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import aiohttp
import msgspec

from confab.errors import GraphError, Unanswered, Unauthorised, Unavailable
from confab.graph.errors import refusal
from confab.graph.limits import Usage, usage_of
from confab.graph.outgoing import Body, Recipient
from confab.graph.read_back import ReadConversation, ReadConversations, ReadMessage
from confab.graph.token import Token, page_of

Shape = TypeVar("Shape")

_PROFILE_FIELDS = "name,username,profile_pic,follower_count,is_user_follow_business,is_business_follow_user,is_verified_user"
_MESSAGE_FIELDS = "id,created_time,from,to,message"
_WHOLE_MESSAGE_FIELDS = f"{_MESSAGE_FIELDS},attachments,shares,story,reactions,reply_to,is_unsupported"
_CONVERSATION_FIELDS = "id,updated_time,participants{id,username}"
_INSTAGRAM_FIELDS = (
    "messages,message_reactions,message_edit,messaging_postbacks,messaging_seen,messaging_referral,messaging_handover,"
    "messaging_optins,standby,comments,live_comments"
)
_PAGE_FIELDS = "messages,message_reactions,messaging_postbacks,messaging_referrals,messaging_handovers,standby"
READABLE = 20
"""Of a conversation only so many messages can be read, the newest; of older ones there is the id alone (rule C6)."""
_NOTHING_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_CONNECTIONS = 100
_UNUSED_S = 4.0  # then a connection goes: sooner than servers commonly end it, which could cross a send


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Meta took a message: `mid` is what its echo will carry, `recipient` whom it went to (rule S2).

    `usage`: what Meta says of the allowance, None where it says nothing.
    """

    mid: str
    recipient: str | None = None
    usage: Usage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A file to hand over; read once, piece by piece. `name` is ASCII."""

    content: AsyncIterator[bytes]
    size_bytes: int
    content_type: str
    name: str


class Profile(msgspec.Struct, frozen=True):
    """What Meta tells of a participant; anything may be missing (rule P2)."""

    username: str | None = None
    name: str | None = None
    profile_pic: str | None = None
    follower_count: int | None = None
    is_user_follow_business: bool | None = None
    is_business_follow_user: bool | None = None
    is_verified_user: bool | None = None


class Renewed(msgspec.Struct, frozen=True):
    """A long-lived token, the same or another, and how many seconds it lives (rules T5, T6)."""

    access_token: str
    expires_in: int | None = None


class Myself(msgspec.Struct, frozen=True):
    """The account a token belongs to; `user_id` is its IGID, `id` only names its owner to the app (rule T8)."""

    id: str | int | None = None
    user_id: str | int | None = None
    username: str | None = None


class _Selves(msgspec.Struct, frozen=True):
    data: Annotated[list[Myself], msgspec.Meta(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationsPage:
    """Conversations, newest activity first; where the next page begins (None: nowhere); what Meta says of the allowance.

    `odd`: how many conversations of the page could not be understood.
    """

    conversations: list[ReadConversation]
    after: str | None
    usage: Usage | None
    odd: int


class _Subscription(msgspec.Struct, frozen=True):
    subscribed_fields: list[str] = []


class _Subscriptions(msgspec.Struct, frozen=True):
    data: list[_Subscription] = []


class _Medium(msgspec.Struct, frozen=True):
    id: str


class _Media(msgspec.Struct, frozen=True):
    data: list[_Medium] = []


class _Sent(msgspec.Struct, frozen=True):
    recipient_id: str | None = None
    message_id: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A body that is made while it is sent, and whose length is known before."""

    content: AsyncIterator[bytes]
    content_type: str
    size_bytes: int

    def headers(self) -> dict[str, str]:
        """What says so."""
        return {"Content-Type": self.content_type, "Content-Length": str(self.size_bytes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What Meta answered, in full."""

    content: bytes
    headers: Mapping[str, str]


class _Uploaded(msgspec.Struct, frozen=True):
    attachment_id: str | int | None = None


class GraphClient:
    """Meta's Graph API: one base URL (host and version), and that of Facebook's login for tokens of Pages (`Token`).

    Raises GraphError, never anything of the transport.
    """

    def __init__(self, http: aiohttp.ClientSession, base_url: str, facebook_url: str) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._facebook_url = facebook_url.rstrip("/")

    @classmethod
    @asynccontextmanager
    async def open(cls, base_url: str, facebook_url: str = "", *, timeout_s: float) -> AsyncGenerator["GraphClient"]:
        """A client with its connections. A call that takes longer than `timeout_s` is Unanswered."""
        timeout = aiohttp.ClientTimeout(total=None, connect=min(5.0, timeout_s), sock_read=timeout_s)
        connector = aiohttp.TCPConnector(limit=_CONNECTIONS, keepalive_timeout=_UNUSED_S)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield cls(http, base_url, facebook_url)

    async def send(
        self, *, token: str, ig_id: str, to: Recipient, message: Body, tag: str | None = None, reply_to: str | None = None
    ) -> Receipt:
        """Send one message. Raises Unanswered whenever Meta may have sent it: never repeat that blindly. Rules S1-S18, W2."""
        body: Body = {"recipient": to, "message": message}
        if tag is not None:
            body |= {"messaging_type": "MESSAGE_TAG", "tag": tag}
        if reply_to is not None:
            body["reply_to"] = {"mid": reply_to}
        answer = await self._answer("POST", f"{_node(token, ig_id)}/messages", token, None, body=body, is_send=True)
        sent = _decode(answer.content, _Sent, is_send=True)
        mid = sent.message_id or sent.id
        if not mid:
            raise Unanswered("Instagram accepted the message without naming it.")
        return Receipt(mid=mid, recipient=sent.recipient_id, usage=usage_of(answer.headers))

    async def act(self, *, token: str, ig_id: str, to: Recipient, action: Body) -> None:
        """React, or show that somebody types or has seen. A repeat changes nothing. Rules S13, S14."""
        await self._call("POST", f"{_node(token, ig_id)}/messages", token, _Sent, body={"recipient": to, **action})

    async def upload(self, *, token: str, ig_id: str, kind: str, file: Outgoing) -> str:
        """Hand a file over, to send it by the id that is answered. Not a send: again makes another id. Rule S11."""
        attachment = {"type": kind, "payload": {"is_reusable": True}}
        boundary = secrets.token_hex(16)
        head = _part(boundary, "message") + msgspec.json.encode({"attachment": attachment}) + b"\r\n"
        head += _part(boundary, "filedata", file)
        tail = f"\r\n--{boundary}--\r\n".encode()
        form = _Form(
            content=_around(head, file.content, tail), content_type=f"multipart/form-data; boundary={boundary}",
            size_bytes=len(head) + file.size_bytes + len(tail),
        )  # fmt: skip
        made = await self._call("POST", f"{_node(token, ig_id)}/message_attachments", token, _Uploaded, body=form)
        if not made.attachment_id:
            raise Unavailable("Instagram took the file without naming it.")
        return str(made.attachment_id)

    async def profile(self, *, token: str, igsid: str) -> Profile:
        """Who a participant is. Rejected with 230 until they have written (rule P3)."""
        return await self._call("GET", igsid, token, Profile, {"fields": _PROFILE_FIELDS})

    async def newest_messages(self, *, token: str, ig_id: str, igsid: str) -> list[ReadMessage]:
        """The newest messages with a participant, at most 20, newest first, their texts; none without a conversation. C2-C6."""
        parameters = {"platform": "instagram", "user_id": igsid, "fields": f"messages.limit(20){{{_MESSAGE_FIELDS}}}"}
        found = await self._call("GET", f"{_node(token, ig_id)}/conversations", token, ReadConversations, parameters)
        return found.items[0].messages.items if found.items else []

    async def conversations(
        self, *, token: str, ig_id: str, after: str | None, limit: int, with_messages: bool
    ) -> ConversationsPage:
        """A page of the account's conversations, on request each with its newest messages. Rules C1-C8.

        Many messages at once may be more than Meta gives: then Unavailable with `graph_code` 1, and fewer may do.
        """
        nested = f",messages.limit({READABLE}){{{_WHOLE_MESSAGE_FIELDS}}}" if with_messages else ""
        parameters = {"platform": "instagram", "fields": f"{_CONVERSATION_FIELDS}{nested}", "limit": str(limit)}
        return await self._conversations(token, ig_id, parameters | ({"after": after} if after else {}))

    async def conversation_with(
        self, *, token: str, ig_id: str, igsid: str, after: str | None
    ) -> tuple[ReadConversation | None, Usage | None]:
        """The conversation with a participant and a page of its messages; None when there is none. Rules C2, C4-C7."""
        place = f".after({after})" if after else ""
        fields = f"{_CONVERSATION_FIELDS},messages.limit({READABLE}){place}{{{_WHOLE_MESSAGE_FIELDS}}}"
        page = await self._conversations(token, ig_id, {"platform": "instagram", "user_id": igsid, "fields": fields})
        return page.conversations[0] if page.conversations else None, page.usage

    async def subscribed_fields(self, *, token: str, ig_id: str) -> frozenset[str]:
        """The webhook fields that the account is subscribed to; none when it is not subscribed at all. Rule T10."""
        found = await self._call("GET", f"{_node(token, ig_id)}/subscribed_apps", token, _Subscriptions)
        return frozenset(field for one in found.data for field in one.subscribed_fields)

    async def subscribe(self, *, token: str, ig_id: str) -> frozenset[str]:
        """Let the account's webhooks come, and read that back: the fields that are lacking. Rules T10, T11, T29."""
        fields = _PAGE_FIELDS if page_of(token) else _INSTAGRAM_FIELDS
        await self._answer("POST", f"{_node(token, ig_id)}/subscribed_apps", token, {"subscribed_fields": fields})
        return frozenset(fields.split(",")) - await self.subscribed_fields(token=token, ig_id=ig_id)

    async def unsubscribe(self, *, token: str, ig_id: str) -> None:
        """End it. Rule T10."""
        await self._answer("DELETE", f"{_node(token, ig_id)}/subscribed_apps", token, None)

    async def try_conversations(self, *, token: str, ig_id: str) -> None:
        """Harmless: whether messages may be read. Rule C1."""
        await self._answer("GET", f"{_node(token, ig_id)}/conversations", token, {"platform": "instagram", "limit": "1"})

    async def try_media(self, *, token: str, ig_id: str) -> None:
        """Harmless: whether posts may be read, and their comments."""
        await self._answer("GET", f"{ig_id}/media", token, {"fields": "id,comments_count", "limit": "1"})

    async def try_comments(self, *, token: str, ig_id: str) -> None:
        """Harmless: whether comments may be read, as far as there is a post."""
        found = await self._call("GET", f"{ig_id}/media", token, _Media, {"fields": "id", "limit": "1"})
        for one in found.data:
            await self._answer("GET", f"{one.id}/comments", token, {"fields": "id", "limit": "1"})

    async def try_insights(self, *, token: str, ig_id: str) -> None:
        """Harmless: whether numbers may be read."""
        await self._answer("GET", f"{ig_id}/insights", token, {"metric": "reach", "period": "day"})

    async def _conversations(self, token: str, ig_id: str, parameters: dict[str, str]) -> ConversationsPage:
        answer = await self._answer("GET", f"{_node(token, ig_id)}/conversations", token, parameters)
        found = _decode(answer.content, ReadConversations, is_send=False)
        if found.paging.next and found.paging.after is None:
            raise Unavailable("Instagram does not say where its next page begins.")
        known = found.items
        return ConversationsPage(
            conversations=known, after=found.paging.after, usage=usage_of(answer.headers), odd=len(found.data) - len(known)
        )  # fmt: skip

    async def message(self, *, token: str, mid: str) -> ReadMessage:
        """One message by its mid, with all that it says (rules C5, C11)."""
        return await self._call("GET", mid, token, ReadMessage, {"fields": _WHOLE_MESSAGE_FIELDS})

    async def read(self, path: str, *, token: str, shape: type[Shape], parameters: dict[str, str]) -> tuple[Shape, Usage | None]:
        """Anything that is only read, in a shape of another module of this room; what Meta says of the allowance."""
        answer = await self._answer("GET", path, token, parameters)
        return _decode(answer.content, shape, is_send=False), usage_of(answer.headers)

    async def write(
        self, method: str, path: str, *, token: str, shape: type[Shape], body: Body | None = None,
        parameters: dict[str, str] | None = None, is_send: bool,
    ) -> tuple[Shape, Usage | None]:  # fmt: skip
        """Anything that is written and no message, in a shape of another module of this room.

        `is_send`: a repeat would do it twice, so no answer is Unanswered, never to be repeated blindly.
        """
        answer = await self._answer(method, path, token, parameters, body=body, is_send=is_send)
        return _decode(answer.content, shape, is_send=is_send), usage_of(answer.headers)

    async def refresh(self, *, token: str) -> Renewed:
        """Another sixty days for a long-lived token that is at least a day old. The one before stays good. Rules T6, T7."""
        parameters = {"grant_type": "ig_refresh_token", "access_token": token}
        return await self._call("GET", "refresh_access_token", token, Renewed, parameters)

    async def me(self, *, token: str) -> Myself:
        """Whose token this is: the cheapest call there is (rule T8)."""
        fields = "id" if page_of(token) else "id,user_id,username"
        content = (await self._answer("GET", "me", token, {"fields": fields})).content
        wrapped = content.lstrip().startswith(b'{"data"')
        return _decode(content, _Selves, is_send=False).data[0] if wrapped else _decode(content, Myself, is_send=False)

    async def _call(
        self,
        method: str,
        path: str,
        token: str,
        shape: type[Shape],
        parameters: dict[str, str] | None = None,
        *,
        body: dict[str, Any] | _Form | None = None,
    ) -> Shape:
        answer = await self._answer(method, path, token, parameters, body=body)
        return _decode(answer.content, shape, is_send=False)

    async def _answer(
        self,
        method: str,
        path: str,
        token: str,
        parameters: dict[str, str] | None,
        *,
        body: dict[str, Any] | _Form | None = None,
        is_send: bool = False,
    ) -> _Answer:
        """One attempt; a second only with another token, or one that proved to live: of the first Meta did nothing. Rule T14."""
        try:
            return await self._once(method, path, token, parameters, body=body, is_send=is_send)
        except Unauthorised:
            if not isinstance(token, Token) or token.mend is None:
                raise
            mended = await token.mend(token)
            if mended is None or isinstance(body, _Form):  # a form is made while it is sent, once
                raise
        return await self._once(method, path, mended, parameters, body=body, is_send=is_send)

    async def _once(
        self, method: str, path: str, token: str, parameters: dict[str, str] | None, *, body: dict[str, Any] | _Form | None,
        is_send: bool,
    ) -> _Answer:  # fmt: skip
        base_url = self._facebook_url if page_of(token) else self._base_url
        headers = {"Authorization": f"Bearer {token}"}
        if isinstance(body, _Form):
            headers |= body.headers()
        elif body is not None:
            headers["Content-Type"] = "application/json"
        data = body.content if isinstance(body, _Form) else msgspec.json.encode(body) if body is not None else None
        try:
            async with self._http.request(
                method, f"{base_url}/{path}", params=parameters, data=data, headers=headers, allow_redirects=False
            ) as found:
                status, answer = found.status, _Answer(content=await found.read(), headers=found.headers)
        except _NOTHING_LEFT as error:
            raise Unavailable(f"Instagram cannot be reached: {type(error).__name__}.") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            text = f"Instagram did not answer: {type(error).__name__}."
            raise (Unanswered(text) if is_send else Unavailable(text)) from None
        if status != 200 or answer.content.startswith(b'{"error"'):
            raise refusal(status, answer.content, answer.headers, is_send=is_send)
        return answer


def _node(token: str, ig_id: str) -> str:
    """Whom messages and subscriptions belong to: the account, or its Page. Rule T16."""
    return page_of(token) or ig_id


def _part(boundary: str, name: str, file: Outgoing | None = None) -> bytes:
    """How a part of a form begins."""
    about = "" if file is None else f'; filename="{file.name}"\r\nContent-Type: {file.content_type}'
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{about}\r\n\r\n'.encode()


async def _around(head: bytes, content: AsyncIterator[bytes], tail: bytes) -> AsyncGenerator[bytes]:
    yield head
    async for piece in content:
        yield piece
    yield tail


def _decode(content: bytes, shape: type[Shape], *, is_send: bool) -> Shape:
    try:
        return msgspec.json.decode(content, type=shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = "Instagram's answer cannot be read."
        error: GraphError = Unanswered(text) if is_send else Unavailable(text)
        raise error from None
