"""Tokens that are stored nowhere: each follows from random bytes of its row and a key that is not in the database.

So the link can be sent again by whoever has both, and a copy of the database alone connects nobody. Decision 0020, rule CN7.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.errors import Misconfigured
from confab.store import ids
from confab.store.rows import ConversationRow
from confab.store.verifications import Token

LIFE = timedelta(hours=1)
DAY = timedelta(days=1)
MOST_A_DAY = 3
"""So many links, or tokens, a participant gets within a day. Rules CN3, IN3."""
_SEED_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Mint:
    """Makes tokens, and knows what they are. `keys`: the installation's, newest first, as they are now."""

    keys: Callable[[], Sequence[bytes]]

    def new(self, conversation: ConversationRow, event_id: str, message_id: UUID | None, now: datetime) -> Token:
        """A token for the participant, not stored yet."""
        seed = os.urandom(_SEED_BYTES)
        return Token(
            workspace_id=conversation.workspace_id, id=ids.new(now), account_id=conversation.account_id,
            participant_id=conversation.participant_id, digest=digest(_derived(self.keys()[0], seed)), seed=seed,
            message_id=message_id, event_id=event_id, created_at=now, expires_at=now + LIFE,
        )  # fmt: skip

    def plain(self, token: Token) -> str:
        """What the customer's link holds. Raises Misconfigured when the key it was made with is gone."""
        found = (_derived(key, token.seed) for key in self.keys())
        plain = next((one for one in found if digest(one) == token.digest), None)
        if plain is None:
            raise Misconfigured("A link to connect was made with a key that is not in CONFAB_ENCRYPTION_KEYS any more.")
        return plain


def digest(plain: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def _derived(key: bytes, seed: bytes) -> str:
    return hmac.digest(key, b"confab verification token" + seed, "sha256").hex()
