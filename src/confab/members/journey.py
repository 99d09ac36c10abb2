"""On the way from a link to the library: what a browser carries, sealed, while its customer signs in. Rules CS6, CS7."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from confab.model.library import Identity

LASTS = timedelta(minutes=30)
OWNER = UUID("6a6f7572-6e65-4879-8063-6f6e66616200")
"""What a journey is sealed for, so that nothing else that we seal can be taken for one."""


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """`token` and `ig_id` are the link's; without them a member comes back. `code_*`: a code was mailed. `state`, `nonce` and
    `verifier`: somebody else was asked who this is. `proved`: that is known, and a choice is left.
    """

    began_at: datetime
    token: str | None = None
    ig_id: str | None = None
    code_workspace: UUID | None = None
    code_id: UUID | None = None
    email: str | None = None
    state: str | None = None
    nonce: str | None = None
    verifier: str | None = None
    proved_way: str | None = None
    proved_user: str | None = None
    proved_email: str | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether it took too long."""
        return not timedelta(0) <= now - self.began_at < LASTS

    def asking(self) -> "Journey":
        """The same, about to ask somebody else: with fresh secrets to know the answer by."""
        fresh = [secrets.token_urlsafe(32) for _ in range(3)]
        return msgspec.structs.replace(self, state=fresh[0], nonce=fresh[1], verifier=fresh[2])

    def knowing(self, identity: Identity) -> "Journey":
        """The same, when it is known who this is."""
        return Journey(
            began_at=self.began_at, proved_way=identity.way, proved_user=identity.user_id, proved_email=identity.email
        )  # fmt: skip


def sealed_text(journey: Journey) -> str:
    """A journey as the text to seal."""
    return msgspec.json.encode(journey).decode()


def opened(text: str) -> Journey:
    """The journey of a text that was sealed."""
    return msgspec.json.decode(text, type=Journey)
