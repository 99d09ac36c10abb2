"""The web inbox as it was built into the package: read once at the start, so a request never touches the disk."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_INDEX = "/index.html"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_WORTH_COMPRESSING = 1000
_COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Confab</title>
<h1>The web inbox is not built</h1>
<p>The server runs, and its API is at <a href="/api/v1/docs">/api/v1/docs</a>.
Run <code>make setup</code> (or <code>npm ci &amp;&amp; npm run build</code> in <code>web/</code>) and start again.</p>
</html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file with all that its answer needs."""

    body: bytes
    zipped: bytes | None
    content_type: str
    cache_control: str
    etag: str


class Static:
    """Serves the files below a folder; every other address gets the inbox, whose own router knows what it shows."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._answer(Request(scope))(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return Response("This address can only be read.", 405, {"allow": "GET, HEAD"}, "text/plain")
        path = request.url.path
        file = self._files.get(path)
        if file is None and "." in path.rpartition("/")[2]:
            return Response("There is no such file.", 404, {"cache-control": _ASK_AGAIN}, "text/plain")
        file = file or self._files.get(_INDEX)
        if file is None:
            return Response(_NOT_BUILT, 503, {"cache-control": "no-store"}, "text/html")
        return _with_body(file, request)


@cache
def load(folder: Path | None = None) -> Static:
    """Read the built inbox, once in a process; by default the one in the package. A missing folder is a page that says so."""
    folder = folder or Path(str(resources.files("confab"))) / "_web"
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return Static({f"/{path.relative_to(folder).as_posix()}": _read(path, folder) for path in files})


def _read(path: Path, folder: Path) -> File:
    body = path.read_bytes()
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    is_text = guessed.startswith(_COMPRESSIBLE)
    is_hashed = path.relative_to(folder).parts[0] == "assets"
    return File(
        body=body,
        zipped=gzip.compress(body, 6, mtime=0) if is_text and len(body) > _WORTH_COMPRESSING else None,
        content_type=f"{guessed}; charset=utf-8" if is_text else guessed,
        cache_control=_FOR_EVER if is_hashed else _ASK_AGAIN,
        etag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
    )


def _with_body(file: File, request: Request) -> Response:
    headers = {"cache-control": file.cache_control, "etag": file.etag, "vary": "accept-encoding"}
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    if file.etag in known:
        return Response(status_code=304, headers=headers)
    headers["content-type"] = file.content_type
    body = file.body
    if file.zipped and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"], body = "gzip", file.zipped
    headers["content-length"] = str(len(body))
    return Response(b"" if request.method == "HEAD" else body, headers=headers)
