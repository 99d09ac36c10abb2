"""What people ask Meta to tell us: that they removed the app, and that their data is to be deleted. Rules AC14-AC16.

A request is kept before it is answered, and a job does it; of who asked a digest alone is kept.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from confab.errors import Forbidden
from confab.graph.signature import user_of
from confab.store import errands, ids
from confab.store.db import Conn

Kind = Literal["deauthorize", "data_deletion"]


def person_of(signed_request: str, known: Sequence[str]) -> str:
    """Whom it is about, as Meta names them to the app. Raises Forbidden unless the app's secret signed it."""
    person = user_of(signed_request, known)
    if person is None:
        raise Forbidden("This request was not signed with the app's secret.", code="bad_signature")
    return person


async def keep(conn: Conn, kind: Kind, person: str, now: datetime) -> str:
    """The code under which the state of the request can be looked at: shown once, kept as a digest."""
    request, code = ids.new(now), secrets.token_hex(16)
    await errands.keep_request(conn, request, kind, digest=digest(person), code_digest=digest(code), now=now)
    return code


def digest(text: str) -> bytes:
    """How a code, and who asked, is kept."""
    return hashlib.sha256(text.encode()).digest()
