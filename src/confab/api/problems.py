"""Errors to problem details (RFC 9457). The only place where an exception becomes an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import msgspec
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from confab.errors import ConfabError, Invalid, TooMany
from confab.store.db import GONE, NOT_TEXT

log = structlog.get_logger()

_CODE_BY_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}
_RETRY_S = 2
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a request was refused. `code` is stable and listed in docs/errors.md; an error's own facts stand beside these."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None


def answer(status: int, code: str, detail: str, headers: dict[str, str] | None = None, **facts: object) -> Response:
    """A problem as a response; facts stand beside its members."""
    body = {
        "type": f"urn:confab:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **facts,
    }
    return Response(
        msgspec.json.encode(body),
        status,
        {"cache-control": "no-store", **(headers or {})},
        "application/problem+json",
    )


def of(error: ConfabError) -> Response:
    """One of our errors as a response. Its facts may name a `code` more exact than that of its class."""
    facts = dict(error.facts) if hasattr(error, "facts") else {}
    code = str(facts.pop("code", error.code))
    headers = {"retry-after": str(facts["retry_after_s"])} if isinstance(error, TooMany) and "retry_after_s" in facts else None
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", code=code, error=type(error).__name__)
    return answer(error.status, code, error.detail if hasattr(error, "detail") else str(error), headers, **facts)


def unexpected() -> Response:
    """The answer to a bug of ours: nothing about it leaves the server."""
    return answer(500, "internal", "Something went wrong on our side. The log of the server says what.")


def install(api: FastAPI) -> None:
    """Make every error of this app a problem."""

    async def refused(_request: Request, error: Exception) -> Response:
        return of(cast(ConfabError, error))  # registered for it alone

    async def invalid(_request: Request, error: Exception) -> Response:
        return of(_invalid(cast(RequestValidationError, error).errors()))  # registered for it alone

    async def http(request: Request, error: Exception) -> Response:
        return _http(request, cast(HTTPException, error))  # registered for it alone

    async def database_gone(_request: Request, error: Exception) -> Response:
        log.error("database_unavailable", error=type(error).__name__)
        detail = "The database cannot be reached at the moment; nothing was changed. Try again."
        return answer(503, "database_unavailable", detail, {"retry-after": str(_RETRY_S)})

    async def bug(_request: Request, _error: Exception) -> Response:
        return unexpected()  # who called the app logs it

    async def not_text(_request: Request, _error: Exception) -> Response:
        return of(Invalid("A text holds a NUL character or half of a surrogate pair, which cannot be kept."))

    api.add_exception_handler(ConfabError, refused)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(HTTPException, http)
    for kind in GONE:
        api.add_exception_handler(kind, database_gone)
    for kind in (NOT_TEXT, UnicodeEncodeError):
        api.add_exception_handler(kind, not_text)
    api.add_exception_handler(Exception, bug)


def _invalid(errors: Sequence[Any]) -> Invalid:  # pydantic's dictionaries
    first = errors[0]
    where = [str(part) for part in first["loc"][1:]]
    if first["type"] == "json_invalid":
        return Invalid("The body is not JSON.")
    field = ".".join(where) or None
    return Invalid(f"{field or 'The body'}: {first['msg']}.", **({"field": field} if field else {}))


def _http(request: Request, error: HTTPException) -> Response:
    code = _CODE_BY_STATUS.get(error.status_code, "invalid")
    detail = {
        404: "There is nothing at this address.",
        405: "This address does not take that method.",
    }.get(error.status_code, str(error.detail))
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["allow"] = _allowed(request)
    return answer(error.status_code, code, detail, headers)


def _allowed(request: Request) -> str:
    """Every method of every route at this address; the framework would name the first route's alone."""
    routes: list[BaseRoute] = request.app.routes
    asked = ((method, {**request.scope, "method": method}) for method in _METHODS)
    return ", ".join(method for method, scope in asked if any(one.matches(scope)[0] is Match.FULL for one in routes))
