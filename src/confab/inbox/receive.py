"""A webhook arrives: check who signed it, keep its bytes, acknowledge. What it says is read later, by the worker.

Nothing is parsed, and all deliveries that wait at the same time share one commit. 200 is said only after that commit; before
it, every trouble is a 5xx and Meta delivers again (rules H8, H9). Meta is never redirected and never rate-limited. How the
bytes come in and the answer goes out is the HTTP edge's business (`api/webhook.py`).
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.graph.signature import is_expected, signer
from confab.model import links
from confab.store import deliveries, ids
from confab.store.db import REFUSED, Database

_CHALLENGE = re.compile("[A-Za-z0-9_-]{1,200}")  # nothing that a browser could take for more than text
_LONGEST_WAIT_S = 4.0  # Meta gives up after five
_MOST_AT_ONCE = 512

_Waiting = tuple[UUID | None, bytes, Callable[["Answer"], None]]  # a delivery that no commit holds yet, and who wants to know

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """A secret that counts, and the Meta app it belongs to; None is the environment's app."""

    secret: str
    app_id: UUID | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What Meta is told: a status and a line of text."""

    status: int
    body: bytes = b""


KEPT = Answer(200, b"OK")
STRANGER = Answer(403)
UNSIGNED = Answer(403, b"The signature is missing or wrong.")
TOO_LARGE = Answer(413, b"The body is larger than CONFAB_WEBHOOK_MAX_BYTES.")
NOT_STORED = Answer(503, b"Not stored; deliver again.")


class Ledger:
    """Keeps deliveries durably; those that come while a commit is under way share the next one. `count`: how many it kept."""

    def __init__(self, db: Database, clock: Clock, kept: Callable[[], None]) -> None:
        self._db = db
        self._clock = clock
        self._kept = kept
        self._waiting: list[_Waiting] = []
        self._something = asyncio.Event()
        self.count = 0

    def keep(self, app_id: UUID | None, body: bytes, done: Callable[[Answer], None]) -> None:
        """Call `done` once: with KEPT after the delivery is committed, with NOT_STORED when it is not known to be.

        The bytes are kept as they came, but for a link to connect that Instagram tells us again: that is masked (rule CN7).
        """
        self._waiting.append((app_id, links.masked_raw(body), done))
        self._something.set()

    async def run(self) -> None:
        """Commit what waits, again and again, until cancelled."""
        while True:
            await self._something.wait()
            batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            if not self._waiting:
                self._something.clear()
            answer = await self._commit(batch)
            for _, _, done in batch:
                done(answer)

    async def _commit(self, batch: Sequence[_Waiting]) -> Answer:
        now = self._clock.now()
        try:
            async with asyncio.timeout(_LONGEST_WAIT_S), self._db.alone() as conn:
                given = [(app_id, body) for app_id, body, _ in batch]
                await deliveries.keep(conn, ids.several(now, len(batch)), now, given)
        except (*REFUSED, TimeoutError) as error:
            log.warning("deliveries_not_stored", count=len(batch), error=type(error).__name__)
            return NOT_STORED
        self.count += len(batch)
        self._kept()
        return KEPT


class Receiver:
    """Judges what comes in under Meta's name: a handshake (rules H1, H2) or a signed delivery (rule H3).

    `unsigned`: how many deliveries nobody we know had signed.
    """

    def __init__(
        self, ledger: Ledger, signatories: Callable[[], Sequence[Signatory]], *, verify_token: str | None, max_bytes: int
    ) -> None:
        self.max_bytes = max_bytes
        self.unsigned = 0
        self._ledger = ledger
        self._signatories = signatories
        self._verify_token = verify_token

    def take(self, signature: bytes | None, body: bytes, done: Callable[[Answer], None]) -> None:
        """Call `done` once: at once for what nobody we know has signed, else when its commit has ended."""
        known = self._signatories()
        by = signer(body, signature, [signatory.secret for signatory in known])
        if by is None:
            self.unsigned += 1
            done(UNSIGNED)
        else:
            self._ledger.keep(known[by].app_id, body, done)

    def shake_hands(self, query: str) -> Answer:
        """The challenge, for whoever knows the token."""
        asked = parse_qs(query)
        mode, token, challenge = (
            asked.get(f"hub.{name}", asked.get(f"hub_{name}", [""]))[0] for name in ("mode", "verify_token", "challenge")
        )
        is_known = mode == "subscribe" and is_expected(token, self._verify_token)
        return Answer(200, challenge.encode()) if is_known and _CHALLENGE.fullmatch(challenge) else STRANGER
