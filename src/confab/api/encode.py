"""Values to JSON, by the one encoder that the change feed uses too: what is listed and what is streamed look the same."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

_json = msgspec.json.Encoder()


class Json(Response):
    """A model value as an answer. Times are RFC 3339 in UTC, ids strings; nothing is kept by caches."""

    media_type = "application/json"

    def __init__(self, content: object, status_code: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, status_code, {"cache-control": "no-store", **(headers or {})})

    def render(self, content: object) -> bytes:
        """The body."""
        return _json.encode(content)
