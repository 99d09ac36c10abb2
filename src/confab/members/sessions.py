"""Members' sessions: a secret in a cookie of their own, which opens the library and nothing else. Rule CS3."""

import hashlib
import secrets
from datetime import datetime, timedelta

from confab.model.library import Member
from confab.store import ids
from confab.store import members as store
from confab.store.db import Conn

LASTS = timedelta(days=30)
_BYTES = 32


async def begin(conn: Conn, member: Member, now: datetime) -> str:
    """Let somebody into their library for 30 days: the secret for the cookie, which is kept nowhere else."""
    secret = secrets.token_urlsafe(_BYTES)
    await store.open_session(
        conn, member.workspace_id, member.id, ids.new(now), digest(secret), now=now, expires_at=now + LASTS
    )  # fmt: skip
    return secret


def digest(secret: str) -> bytes:
    """What is stored of a secret: its SHA-256. Enough, because it cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
