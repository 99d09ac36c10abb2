"""The addresses of our copies of media: whose they are, and a piece of their digest, so that another file has another address."""

from uuid import UUID

EXTENSIONS = {
    "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4", "audio/mp4": "m4a",
    "audio/aac": "aac", "audio/ogg": "ogg", "audio/wav": "wav", "application/pdf": "pdf",
}  # fmt: skip


def of_attachment(conversation: UUID, message: UUID, position: int, content_type: str, digest: bytes) -> str:
    """An attachment's address at our own door."""
    return f"/media/messages/{conversation}/{message}-{position}{ending(content_type, digest)}"


def ending(content_type: str, digest: bytes) -> str:
    """How the address of such a file ends: its type, and its version."""
    return f".{EXTENSIONS[content_type]}?v={digest.hex()[:12]}"
