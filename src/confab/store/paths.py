"""The addresses of our copies of media: whose they are, and a piece of their digest, so that another file has another address."""

import hashlib
from urllib.parse import urlsplit
from uuid import UUID

from confab.model.media import STORY_POSITION

STORY = "story"
"""In an address, the story that a message answers."""

EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4", "audio/mp4": "m4a",
    "audio/aac": "aac", "image/heic": "heic", "audio/ogg": "ogg", "audio/wav": "wav", "application/pdf": "pdf",
    "video/quicktime": "mov", "video/webm": "webm", "video/ogg": "ogv", "video/x-msvideo": "avi",
}  # fmt: skip


def of_attachment(conversation: UUID, message: UUID, position: int, content_type: str, digest: bytes | None) -> str:
    """An attachment's address at our own door; without a digest of what is passed on."""
    which = STORY if position == STORY_POSITION else position
    return f"/media/messages/{conversation}/{message}-{which}{ending(content_type, digest)}"


def of_upload(upload: UUID, content_type: str) -> str:
    """The address of a file that is to be sent, which never changes."""
    return f"/media/uploads/{upload}.{EXTENSIONS[content_type]}"


def ending(content_type: str, version: bytes | None) -> str:
    """How the address of such a file ends: its type, and its version: the file's digest, where we have the file."""
    return f".{EXTENSIONS[content_type]}" + (f"?v={version.hex()[:12]}" if version is not None else "")


def lasting(url: str) -> str:
    """What a link to a participant's picture has in common with every other link to it (rule P6)."""
    try:
        return urlsplit(url).path
    except ValueError:
        return url


def version(url: str) -> bytes:
    """The version of a picture of which we have the link alone."""
    return hashlib.sha256(lasting(url).encode()).digest()


def host(url: str | None) -> str:
    """Whom a link asks, as it is written: what limits are counted by."""
    return url.split("/", 3)[2] if url is not None and url.count("/") > 1 else ""
