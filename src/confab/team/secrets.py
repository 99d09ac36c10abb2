"""Secrets that we hand out once and then know only by their digest."""

import hashlib
import secrets
from dataclasses import dataclass, field

_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A fresh secret: `text` for its holder, `digest` for the database."""

    text: str = field(repr=False)
    digest: bytes


def fresh(prefix: str = "") -> Secret:
    """32 random bytes for a URL, a cookie or a header; `prefix` shows people what it is for."""
    text = prefix + secrets.token_urlsafe(_BYTES)
    return Secret(text=text, digest=digest(text))


def digest(text: str) -> bytes:
    """What is stored of a secret: its SHA-256. Enough, because a secret of ours cannot be guessed."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
