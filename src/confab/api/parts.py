"""A file of our storage as an answer: whole, or the one part that is asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from confab.media.storage import Storage

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Which file, its size, and its type."""

    workspace_id: UUID
    digest: bytes
    size_bytes: int
    content_type: str
    is_thumbnail: bool = False


def answer(storage: Storage, body: Body, headers: Mapping[str, str], range_: str | None, *, is_head: bool = False) -> Response:
    """200, 206 or 416; of `is_head` what a GET would say of it."""
    size = body.size_bytes
    said = {**headers, "accept-ranges": "bytes", "content-type": body.content_type}
    start, end, status = 0, size, 200
    if range_ is not None and (wanted := _wanted(range_, size)) is not None:
        if wanted == (0, 0):
            return Response(status_code=416, headers={**headers, "content-range": f"bytes */{size}"})
        (start, end), status = wanted, 206
        said["content-range"] = f"bytes {start}-{end - 1}/{size}"
    said["content-length"] = str(end - start)
    if is_head:
        return Response(status_code=status, headers=said)
    pieces = storage.read(body.workspace_id, body.digest, start, end, thumbnail=body.is_thumbnail)
    return StreamingResponse(pieces, status, said)


def _wanted(wanted: str, size: int) -> tuple[int, int] | None:
    """The one range that is asked for; None for what we do not understand, (0, 0) for one that is not there."""
    found = _RANGE.fullmatch(wanted)
    if found is None or found[0] == "bytes=-":
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2]) + 1) if found[2] else size
    return (start, end) if start < end else (0, 0)
