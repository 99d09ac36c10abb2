"""Meta's two logins: the pages people are sent to, and codes that become tokens. Rules T1-T5, T15, T19, T21, T22, T25.

Neither login offers PKCE: the app's secret proves who redeems a code, and `state` whose browser it is.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx2
import msgspec

from confab.errors import Rejected, Unavailable
from confab.graph.errors import refusal

Shape = TypeVar("Shape")

INSTAGRAM_SCOPES = (
    "instagram_business_basic", "instagram_business_manage_messages", "instagram_business_manage_comments",
    "instagram_business_manage_insights",
)  # fmt: skip
FACEBOOK_SCOPES = (
    "instagram_basic", "instagram_manage_messages", "instagram_manage_comments", "instagram_manage_insights", "pages_show_list",
    "pages_read_engagement", "pages_manage_metadata", "business_management",
)  # fmt: skip
_PAGE_FIELDS = "id,name,access_token,tasks,instagram_business_account{id,username}"


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """How Meta knows us at one of its logins, and where it sends people back to."""

    id: str
    secret: str = field(repr=False)
    redirect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Base addresses of the logins and of the two Graph APIs."""

    instagram: str
    instagram_token: str
    facebook: str
    graph: str
    graph_facebook: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A token, the seconds it lives (None: nobody says), and what was granted (None: nobody says)."""

    token: str = field(repr=False)
    expires_in: int | None
    scopes: tuple[str, ...] | None = None


class PageAccount(msgspec.Struct, frozen=True):
    """The Instagram account that a Page is linked to."""

    id: str
    username: str = ""


class Page(msgspec.Struct, frozen=True):
    """A Page that a person manages and shared, with its own token."""

    id: str
    name: str = ""
    access_token: str = ""
    tasks: list[str] = []
    instagram_business_account: PageAccount | None = None

    def __repr__(self) -> str:
        return f"Page({self.id})"


class _Bearer(msgspec.Struct, frozen=True):
    access_token: str
    expires_in: int | None = None
    permissions: list[str] | str | None = None


class _Wrapped(msgspec.Struct, frozen=True):
    data: list[_Bearer]


class _Pages(msgspec.Struct, frozen=True):
    data: list[Page] = []


class _Permission(msgspec.Struct, frozen=True):
    permission: str
    status: str


class _Permissions(msgspec.Struct, frozen=True):
    data: list[_Permission] = []


class _Person(msgspec.Struct, frozen=True):
    id: str | int


class _Refused(msgspec.Struct, frozen=True):
    error_message: str


def instagram_page(hosts: Hosts, app_id: str, redirect: str, state: str) -> str:
    """Where an account's owner lets us in by Instagram's login. Rule T1."""
    query = {"client_id": app_id, "redirect_uri": redirect, "response_type": "code", "scope": ",".join(INSTAGRAM_SCOPES),
             "state": state}  # fmt: skip
    return f"{hosts.instagram.rstrip('/')}/oauth/authorize?{urlencode(query)}"


def facebook_page(hosts: Hosts, app_id: str, redirect: str, state: str) -> str:
    """Where somebody who manages an account's Page lets us in. Rule T21."""
    query = {"client_id": app_id, "redirect_uri": redirect, "response_type": "code", "scope": ",".join(FACEBOOK_SCOPES),
             "state": state}  # fmt: skip
    return f"{hosts.facebook.rstrip('/')}/dialog/oauth?{urlencode(query)}"


class LoginClient:
    """What the logins answer. Raises GraphError, never anything of the transport."""

    def __init__(self, http: httpx2.AsyncClient, hosts: Hosts) -> None:
        self._http = http
        self._hosts = hosts

    @classmethod
    @asynccontextmanager
    async def open(cls, hosts: Hosts, *, timeout_s: float) -> AsyncGenerator["LoginClient"]:
        """A client with its connections."""
        async with httpx2.AsyncClient(timeout=timeout_s, follow_redirects=False, trust_env=False) as http:
            yield cls(http, hosts)

    async def instagram(self, app: App, code: str) -> Grant:
        """A code of Instagram's login becomes a token of sixty days. Works once. Rules T2-T5."""
        form = {"client_id": app.id, "client_secret": app.secret, "grant_type": "authorization_code",
                "redirect_uri": app.redirect, "code": code}  # fmt: skip
        content = await self._ask("POST", f"{self._hosts.instagram_token.rstrip('/')}/oauth/access_token", form=form)
        short = _either(content)
        query = {"grant_type": "ig_exchange_token", "client_secret": app.secret, "access_token": short.access_token}
        long = _read(await self._ask("GET", f"{self._hosts.graph.rstrip('/')}/access_token", query), _Bearer)
        return Grant(token=long.access_token, expires_in=long.expires_in, scopes=_scopes(short.permissions))

    async def facebook(self, app: App, code: str) -> Grant:
        """A code of Facebook's login becomes the person's token of sixty days, and what they granted. Rules T21, T22, T25."""
        query = {"client_id": app.id, "client_secret": app.secret, "redirect_uri": app.redirect, "code": code}
        first = _read(await self._graph("oauth/access_token", query), _Bearer)
        long = await self.renew_person(app, first.access_token)
        given = _read(await self._graph("me/permissions", token=long.token), _Permissions)
        scopes = tuple(one.permission for one in given.data if one.status == "granted")
        return Grant(token=long.token, expires_in=long.expires_in, scopes=scopes)

    async def renew_person(self, app: App, token: str) -> Grant:
        """Another sixty days for a person's token. Rule T22."""
        query = {"grant_type": "fb_exchange_token", "client_id": app.id, "client_secret": app.secret, "fb_exchange_token": token}
        made = _read(await self._graph("oauth/access_token", query), _Bearer)
        return Grant(token=made.access_token, expires_in=made.expires_in)

    async def person(self, token: str) -> str:
        """Under which id Meta names this person to the app. Rule T25."""
        return str(_read(await self._graph("me", {"fields": "id"}, token=token), _Person).id)

    async def pages(self, token: str) -> list[Page]:
        """The Pages that have an Instagram account, with their tokens. Rule T15."""
        found = _read(await self._graph("me/accounts", {"fields": _PAGE_FIELDS, "limit": "100"}, token=token), _Pages)
        return [page for page in found.data if page.instagram_business_account is not None and page.access_token]

    async def _graph(self, path: str, query: dict[str, str] | None = None, *, token: str | None = None) -> bytes:
        return await self._ask("GET", f"{self._hosts.graph_facebook.rstrip('/')}/{path}", query, token=token)

    async def _ask(
        self, method: str, url: str, query: dict[str, str] | None = None, *, form: dict[str, str] | None = None,
        token: str | None = None,
    ) -> bytes:  # fmt: skip
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        try:
            answer = await self._http.request(method, url, params=query, data=form, headers=headers)
        except httpx2.HTTPError as error:
            raise Unavailable(f"Instagram cannot be reached: {type(error).__name__}.") from None
        if answer.status_code != 200:
            raise _refusal(answer.status_code, answer.content, answer.headers)
        return answer.content


def _refusal(status: int, content: bytes, headers: Any) -> Exception:  # noqa: ANN401 -- any mapping of headers
    """T4: the errors of codes are not Graph's."""
    try:
        return Rejected(f"Instagram refused: {msgspec.json.decode(content, type=_Refused).error_message[:300]}")
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return refusal(status, content, headers, is_send=False)


def _either(content: bytes) -> _Bearer:
    """Flat, or in `data`. Rule T3."""
    wrapped = _read(content, _Wrapped) if content.lstrip().startswith(b'{"data"') else None
    return wrapped.data[0] if wrapped is not None and wrapped.data else _read(content, _Bearer)


def _scopes(given: list[str] | str | None) -> tuple[str, ...] | None:
    if given is None:
        return None
    return tuple(one.strip() for one in (given.split(",") if isinstance(given, str) else given) if one.strip())


def _read(content: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(content, type=shape, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unavailable("Instagram's answer cannot be read.") from None
