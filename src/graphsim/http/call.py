"""A call to a Graph host, read from HTTP, and the answer to it."""

import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from graphsim import errors
from graphsim.events import Event
from graphsim.wire import Doc, as_doc, as_list

_VERSION = re.compile(r"v(\d+)\.(\d+)$")
_NAME = re.compile(rb'[ ;]name="([^"]*)"')
_OLDEST_VERSION = 21


@dataclass(slots=True, kw_only=True)
class Call:
    """One call: where, with what. `parts` is the path without the version, `files` what a multipart body holds."""

    host: str
    method: str
    path: str
    parts: tuple[str, ...]
    version: str
    params: dict[str, str]
    body: Doc
    token: str | None
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])

    @property
    def is_facebook(self) -> bool:
        """Whether the call goes to the FB-Login flavour."""
        return self.host == "graph.facebook.com"

    def node(self) -> str:
        """The first part of the path."""
        return self.parts[0] if self.parts else ""


@dataclass(slots=True, kw_only=True)
class Answer:
    """What goes back; `echoes` are told to the callback as the account wishes (S3)."""

    document: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    echoes: list[Event] = field(default_factory=list[Event])


def read(host: str, method: str, path: str, query: str, headers: dict[str, str], content: bytes) -> Call:
    """Read a call. Rules S1, T9, T17. Raises GraphError for a body that cannot be read or a version that is gone."""
    parts = [part for part in path.split("/") if part]
    version = "v25.0"
    if parts and (match := _VERSION.match(parts[0])):
        version = parts.pop(0)
        if int(match[1]) < _OLDEST_VERSION:
            raise errors.unknown_path(path)
    params = dict(parse_qsl(query, keep_blank_values=True))
    body, files = _read_body(headers.get("content-type", ""), content)
    for name, value in body.items():
        params[name] = _as_param(value)
    return Call(
        host=host,
        method=method,
        path="/".join(parts),
        parts=tuple(parts),
        version=version,
        params=params,
        body=body,
        token=_token(headers.get("authorization", ""), params),
        files=files,
    )


def _token(authorization: str, params: dict[str, str]) -> str | None:
    scheme, _, value = authorization.partition(" ")
    return params.get("access_token") or (value.strip() if scheme.lower() in ("bearer", "oauth") else None) or None


def _as_param(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if several := as_list(value):
        return ",".join(str(one) for one in several)
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def _read_body(content_type: str, content: bytes) -> tuple[Doc, dict[str, bytes]]:
    if not content:
        return {}, {}
    if content_type.startswith("multipart/form-data"):
        return _read_multipart(content_type, content)
    if content_type.startswith("application/x-www-form-urlencoded"):
        form = dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
        return {name: _as_json(value) for name, value in form.items()}, {}
    try:
        return as_doc(json.loads(content)), {}
    except ValueError as error:
        raise errors.invalid("The body is not valid JSON") from error


def _read_multipart(content_type: str, content: bytes) -> tuple[Doc, dict[str, bytes]]:
    boundary = content_type.partition("boundary=")[2].split(";")[0].strip('" ').encode()
    fields: Doc = {}
    files: dict[str, bytes] = {}
    for section in content.split(b"--" + boundary)[1:-1] if boundary else []:
        head, _, data = section.removeprefix(b"\r\n").removesuffix(b"\r\n").partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if name is None:
            continue
        if b"filename=" in head:
            files[name[1].decode()] = data
        else:
            fields[name[1].decode()] = _as_json(data.decode("utf-8", "replace"))
    return fields, files


def _as_json(value: str) -> object:
    """A form's value: JSON objects and lists are read, all else stays text."""
    if value[:1] not in ("{", "["):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
