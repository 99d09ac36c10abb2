"""Bounded logs with cursors, which a caller can wait on."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

from graphsim.wire import Doc

DeliveryState = Literal["pending", "retrying", "delivered", "abandoned", "no_callback"]


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One POST of a delivery. `status` None means that nothing came back."""

    at_ms: int
    status: int | None
    error: str | None
    took_ms: float


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One webhook body on its way to the callback."""

    seq: int
    at_ms: int
    body: bytes
    signature: str
    legacy_signature: str
    accounts: tuple[str, ...]
    updates: int
    state: DeliveryState = "pending"
    attempts: list[Attempt] = field(default_factory=list["Attempt"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One call of the send API that was acted on."""

    seq: int
    at_ms: int
    account: str
    recipient: str
    kind: str
    mid: str | None
    text: str | None
    body: Doc
    tag: str | None
    comment: str | None


T = TypeVar("T", Delivery, Send)


class Log(Generic[T]):
    """The newest records of a kind, numbered from 1; older ones are forgotten, the counts are not."""

    def __init__(self, size: int) -> None:
        self._records: deque[T] = deque(maxlen=size)
        self._grown = asyncio.Event()
        self.count = 0
        self.by_key: Counter[str] = Counter()

    def add(self, make: Callable[[int], T], key: str) -> T:
        """Append a record made from its number; the key is what it is counted under."""
        self.count += 1
        record = make(self.count)
        self._records.append(record)
        self.by_key[key] += 1
        self._grown.set()
        self._grown = asyncio.Event()
        return record

    def after(self, seq: int, limit: int, keep: Callable[[T], bool] = lambda _: True) -> list[T]:
        """Up to `limit` records with a higher number, oldest first."""
        found: list[T] = []
        for record in self._records:
            if record.seq > seq and keep(record):
                found.append(record)
                if len(found) == limit:
                    break
        return found

    async def wait_after(self, seq: int, limit: int, wait_s: float, keep: Callable[[T], bool]) -> list[T]:
        """The same, but wait until there is one at least or the time is over."""
        deadline = asyncio.get_running_loop().time() + wait_s
        while not (found := self.after(seq, limit, keep)):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            try:
                await asyncio.wait_for(self._grown.wait(), left)
            except TimeoutError:
                break
        return found

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        self._records.clear()
        self.by_key.clear()
        self.count = 0
